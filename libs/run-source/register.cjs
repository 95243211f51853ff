// Lets Node require this repository's TypeScript: `node -r @polydev/run-source <file>.ts`. What a file became is kept by the hash
// of its text, so that only the first process after a change compiles it, and all others load no compiler at all.
const { createHash } = require('node:crypto');
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { join, resolve, sep } = require('node:path');

const ROOT = resolve(__dirname, '../..') + sep;
const KEPT = join(ROOT, 'node_modules/.cache/polydev-run-source');

const { dependencies: COMPILER } = require('./package.json');

/** Together with the compiler, a file's name and its text they decide what it becomes. */
const OPTIONS = {
  swcrc: false,
  configFile: false,
  sourceMaps: 'inline',
  jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
  module: { type: 'commonjs' },
};

/** Ends what is kept: a file that a power cut left without its end is compiled again. */
const END = '\n// whole\n';

const keep = (file, code) => {
  const temporary = `${file}.${process.pid}`;
  try {
    mkdirSync(KEPT, { recursive: true });
    writeFileSync(temporary, code);
    renameSync(temporary, file);
  } catch {
    // Where nothing can be kept, each process compiles for itself.
  }
};

const kept = (file) => {
  try {
    const code = readFileSync(file, 'utf8');
    return code.endsWith(END) ? code : undefined;
  } catch {
    return undefined;
  }
};

const compile = (filename, text) => {
  const hash = createHash('sha256')
    .update(JSON.stringify([COMPILER, OPTIONS, filename, text]))
    .digest('hex');
  const file = join(KEPT, `${hash}.js`);
  const known = kept(file);
  if (known !== undefined) return known;
  const code = require('@swc/core').transformSync(text, { ...OPTIONS, filename }).code + END;
  keep(file, code);
  return code;
};

const others = Module._extensions['.ts'];

/** TypeScript of others is theirs who registered for it before. */
Module._extensions['.ts'] = (module, filename) => {
  if (others && !filename.startsWith(ROOT)) return others(module, filename);
  module._compile(compile(filename, readFileSync(filename, 'utf8')), filename);
};
