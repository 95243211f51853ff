const { build } = require('esbuild');
const { readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');

// Writes the deployer's program as one file, to the path that is given: it starts in a fifth of the time, and chaos starts thousands.
// Each source file goes on seeing the folder it stands in, beside which it finds what it sends to hosts.
const sources = {
  name: 'sources',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\/(libs|tools)\/.*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(/\b__dirname\b/g, JSON.stringify(dirname(path))),
      loader: 'ts',
    })),
};

void build({
  entryPoints: [join(__dirname, 'deployer-program.ts')],
  outfile: process.argv[2],
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // ssh2 does without them.
  external: ['*.node', 'cpu-features'],
  logLevel: 'error',
  plugins: [sources],
});
