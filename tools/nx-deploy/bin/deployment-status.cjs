#!/usr/bin/env node
// `deployment-status`, from source: what scripts/deployment-status.sh opens.
require('@polydev/run-source');
require('../src/doors/deployment-status.ts');
