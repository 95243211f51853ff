#!/usr/bin/env node
// `status <target> [-c <environment>] [--json] [--limit <n>]`, from source: the status task without what Nx prints around it.
require('@polydev/run-source');
require('../src/doors/status.ts');
