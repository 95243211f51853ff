// Lets Node require this repository's TypeScript: `node -r @polydev/run-source <file>.ts`. A file is loaded as one file with all
// that it imports. That is made once and kept until a file that went into it changes, so that all but the first process load no
// compiler, look for no modules, and need not even parse what they run.
const { spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const { readFileSync, statSync } = require('node:fs');
const Module = require('node:module');
const { dirname, join, resolve, sep } = require('node:path');
const vm = require('node:vm');
const { placeFile } = require('./place-file.cjs');

const ROOT = resolve(__dirname, '../..') + sep;
const KEPT = join(ROOT, 'node_modules/.cache/polydev-run-source');
const MAKE = join(__dirname, 'make-bundle.cjs');

/** How a bundle is made decides what it becomes, as do Node and the place of the file. */
const RECIPE = ['package.json', 'make-bundle.cjs'].map((name) => readFileSync(join(__dirname, name), 'utf8')).join();
const HASHED = 'sha256';
const HASH_BYTES = 32;
const hashOf = (text) => createHash(HASHED).update(text).digest();

const attempt = (read) => {
  try {
    return read();
  } catch {
    // What is not there, or not whole, is made again.
    return undefined;
  }
};

const isUnchanged = ([file, size, changed]) => {
  const now = statSync(file, { throwIfNoEntry: false });
  return now !== undefined && now.size === size && now.ctimeMs === changed;
};

/** The bundle's code, where it was made from files that are still the same; undefined otherwise. */
const keptCode = (file) =>
  attempt(() => {
    const { inputs, bytes } = JSON.parse(readFileSync(`${file}.json`, 'utf8'));
    if (!inputs.every(isUnchanged)) return undefined;
    // Only ASCII is written there, and that is read the fastest so.
    const code = readFileSync(`${file}.js`, 'latin1');
    return code.length === bytes ? code : undefined;
  });

const make = (filename, file) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAKE, ROOT, filename, file], {
    maxBuffer: 1 << 28,
    env: {},
  });
  if (status !== 0) throw new SyntaxError(`${filename} cannot be run:\n${stderr.toString()}`);
  return stdout.toString('latin1');
};

/** What V8 made of the code in an earlier process. It trusts what it is given, so it is given only what is whole. */
const keptMachineCode = (file) =>
  attempt(() => {
    const kept = readFileSync(`${file}.v8`);
    const data = kept.subarray(HASH_BYTES);
    return hashOf(data).equals(kept.subarray(0, HASH_BYTES)) ? data : undefined;
  });

/** Kept when the process ends: by then V8 has compiled what programs of this kind use. */
const keepMachineCode = (script, file) =>
  process.once('exit', () => {
    const data = script.createCachedData();
    placeFile(`${file}.v8`, Buffer.concat([hashOf(data), data]));
  });

const run = (module, filename) => {
  const name = hashOf(JSON.stringify([RECIPE, process.version, process.arch, filename])).toString('hex');
  const file = join(KEPT, name);
  const known = keptCode(file);
  const code = known ?? make(filename, file);
  // Only Node's own loader reads source maps.
  if (process.execArgv.includes('--enable-source-maps')) return module._compile(code, `${file}.js`);
  const cachedData = known === undefined ? undefined : keptMachineCode(file);
  const script = new vm.Script(Module.wrap(code), {
    filename: `${file}.js`,
    cachedData,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  if (cachedData === undefined || script.cachedDataRejected) keepMachineCode(script, file);
  const { exports } = module;
  script.runInThisContext().call(exports, exports, Module.createRequire(filename), module, filename, dirname(filename));
};

const others = Module._extensions['.ts'];

/** TypeScript of others is theirs who registered for it before. */
Module._extensions['.ts'] = (module, filename) => {
  if (others && !filename.startsWith(ROOT)) return others(module, filename);
  run(module, filename);
};
