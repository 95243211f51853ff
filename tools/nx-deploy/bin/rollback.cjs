#!/usr/bin/env node
// `rollback`, from source: what scripts/rollback.sh opens.
require('@polydev/run-source');
require('../src/doors/rollback.ts');
