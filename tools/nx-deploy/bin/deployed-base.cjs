#!/usr/bin/env node
// `deployed-base [-c <environment>]`, from source: prints the base that `nx affected` is to compare with, and nothing else.
require('@polydev/run-source');
require('../src/doors/deployed-base.ts');
