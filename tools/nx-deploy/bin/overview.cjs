#!/usr/bin/env node
// `overview [-c <environment>]`, from source: one table of what every target of an environment runs.
require('@polydev/run-source');
require('../src/doors/overview.ts');
