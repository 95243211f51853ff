#!/usr/bin/env node
// `secrets <verb> [-c <environment>]`, from source: makes, lists and changes the encrypted values of an environment.
require('@polydev/run-source');
require('../src/doors/secrets.ts');
