#!/usr/bin/env node
// The sandbox's door: `node tools/sandbox/sandbox.cjs <start|stop|status|logs>`, from source and from any directory.
try {
  require('@polydev/run-source');
} catch (error) {
  if (error.code !== 'MODULE_NOT_FOUND') throw error;
  console.error('The workspace is not installed yet. Run `npm ci` first (`npm start` does it too).');
  process.exit(1);
}
require('./src/cli/main.ts');
