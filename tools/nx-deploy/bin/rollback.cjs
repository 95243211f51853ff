#!/usr/bin/env node
// `rollback`, from source: what scripts/rollback.sh opens.
require('@swc-node/register');
require('../src/doors/rollback.ts');
