#!/usr/bin/env node
// `deployment-status`, from source: what scripts/deployment-status.sh opens.
require('@swc-node/register');
require('../src/doors/deployment-status.ts');
