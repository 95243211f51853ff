// Lets Node require this repository's TypeScript: `node -r @polydev/run-source <file>.ts`. A file is loaded as one file with all
// that it imports. That is made once and kept until a file that went into it changes, so that all but the first process load no
// compiler, look for no modules, and need not even parse what they run.
const { spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { dirname, join, resolve, sep } = require('node:path');
const vm = require('node:vm');
const { endOf } = require('./end-of.cjs');
const { lookAt } = require('./inputs.cjs');
const { placeFile } = require('./place-file.cjs');

const ROOT = resolve(__dirname, '../..') + sep;
const KEPT = join(ROOT, 'node_modules/.cache/polydev-run-source');
const MAKE = join(__dirname, 'make-bundle.cjs');

/** How a bundle is made decides what it becomes, as do Node and the place of the file. */
const RECIPE = ['package.json', 'make-bundle.cjs', 'inputs.cjs', 'end-of.cjs']
  .map((name) => readFileSync(join(__dirname, name), 'utf8'))
  .join();
const HASHED = 'sha256';
const HASH_BYTES = 32;
const hashOf = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash(HASHED)).digest();

const attempt = (read) => {
  try {
    return read();
  } catch {
    // What is not there, or not whole, is made again.
    return undefined;
  }
};

const isUnchanged = ([file, size, time]) => {
  const now = lookAt(file);
  return now !== undefined && now.size === size && now.time === time;
};

/** The bundle's code, where it was made from files that are still the same, and when it was made; undefined otherwise. */
const keptBundle = (file) =>
  attempt(() => {
    const { made, inputs } = JSON.parse(readFileSync(`${file}.json`, 'utf8'));
    if (!inputs.every(isUnchanged)) return undefined;
    // Only ASCII is written there, and that is read the fastest so.
    const code = readFileSync(`${file}.js`, 'latin1');
    return code.endsWith(endOf(made)) ? { made, code } : undefined;
  });

const makeBundle = (filename, file) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAKE, ROOT, filename, file], {
    maxBuffer: 1 << 28,
    env: {},
  });
  if (status !== 0) throw new SyntaxError(`${filename} cannot be run:\n${stderr.toString()}`);
  return { code: stdout.toString('latin1') };
};

/**
 * What V8 made of the code in an earlier process. V8 trusts what it is given, so it is given only what is whole and of this
 * very bundle.
 */
const keptMachineCode = (file, made) =>
  attempt(() => {
    const kept = readFileSync(`${file}.v8`);
    const data = kept.subarray(HASH_BYTES);
    return hashOf(made, data).equals(kept.subarray(0, HASH_BYTES)) ? data : undefined;
  });

/** Kept when the process ends: by then V8 has compiled what programs of this kind use. */
const keepMachineCode = (script, file, made) =>
  process.once('exit', () => {
    const data = script.createCachedData();
    placeFile(`${file}.v8`, Buffer.concat([hashOf(made, data), data]));
  });

const run = (module, filename) => {
  const name = hashOf(JSON.stringify([RECIPE, process.version, process.arch, filename])).toString('hex');
  const file = join(KEPT, name);
  const { made, code } = keptBundle(file) ?? makeBundle(filename, file);
  // Only Node's own loader reads source maps.
  if (process.execArgv.includes('--enable-source-maps')) return module._compile(code, `${file}.js`);
  const cachedData = made && keptMachineCode(file, made);
  const script = new vm.Script(Module.wrap(code), { filename: `${file}.js`, cachedData });
  // Of a bundle that this process made it is not known what lies there: another may have made it once more.
  if (made && (cachedData === undefined || script.cachedDataRejected)) keepMachineCode(script, file, made);
  const { exports } = module;
  script.runInThisContext().call(exports, exports, Module.createRequire(filename), module, filename, dirname(filename));
};

const others = Module._extensions['.ts'];

/** TypeScript of others is theirs who registered for it before. */
Module._extensions['.ts'] = (module, filename) => {
  if (others && !filename.startsWith(ROOT)) return others(module, filename);
  run(module, filename);
};
