#!/usr/bin/env node
// `deploy`, from source: what scripts/deploy.sh opens.
require('@polydev/run-source');
require('../src/doors/deploy.ts');
