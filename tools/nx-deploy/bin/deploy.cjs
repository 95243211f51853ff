#!/usr/bin/env node
// `deploy`, from source: what scripts/deploy.sh opens.
require('@swc-node/register');
require('../src/doors/deploy.ts');
