// What Nx loads for every command: the plugin, from its source.
require('@polydev/run-source');
module.exports = require('./src/index.ts');
