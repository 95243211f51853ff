// Lets Node require this repository's TypeScript: `node -r @polydev/run-source <file>.ts`. A file is loaded as one file with all
// that it imports. That is made once and kept until a file that went into it changes, so that all but the first process load no
// compiler, look for no modules, and need not even parse what they run.
const { spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { dirname, join, resolve, sep } = require('node:path');
const { setImmediate } = require('node:timers');
const { cachedDataVersionTag } = require('node:v8');
const vm = require('node:vm');
const { endOf } = require('./end-of.cjs');
const { isUnchanged } = require('./inputs.cjs');
const { placeFile } = require('./place-file.cjs');

const ROOT = resolve(__dirname, '../..') + sep;
const KEPT = join(ROOT, 'node_modules/.cache/polydev-run-source');
const MAKE = join(__dirname, 'make-bundle.cjs');

/** How a bundle is made decides what it becomes, as does Node. */
const PARTS = ['package.json', 'make-bundle.cjs', 'inputs.cjs', 'end-of.cjs'].map((name) =>
  readFileSync(join(__dirname, name), 'utf8'),
);
const RECIPE = [...PARTS, process.version, process.arch];
const HASHED = 'sha256';
const HASH_BYTES = 32;
const hashOf = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash(HASHED)).digest();

const shortHash = (text) => hashOf(text).toString('hex').slice(0, 32);

const attempt = (read) => {
  try {
    return read();
  } catch {
    // What is not there, or not whole, is made again.
    return undefined;
  }
};

/** The bundle's code, where it was made from files that are still the same, and when it was made; undefined otherwise. */
const keptBundle = (file) =>
  attempt(() => {
    const { made, encoding, inputs } = JSON.parse(readFileSync(`${file}.json`, 'utf8'));
    if (!inputs.every(isUnchanged)) return undefined;
    const code = readFileSync(`${file}.js`, encoding);
    return code.endsWith(endOf(made)) ? { made, code } : undefined;
  });

const makeBundle = (filename, file) => {
  const { status, signal, error, stdout, stderr } = spawnSync(process.execPath, [MAKE, ROOT, filename, file], {
    maxBuffer: 1 << 28,
    env: {},
  });
  if (error) throw error;
  if (status !== 0)
    throw new SyntaxError(`${filename} cannot be run:\n${stderr.toString()}${signal ? `ended by ${signal}` : ''}`);
  return { code: stdout.toString() };
};

/** By V8's version and flags, since what it made with others is of no use to it. */
const machineCodeOf = (file) => `${file}.${cachedDataVersionTag().toString(16)}.v8`;

/**
 * What V8 made of the code in an earlier process. V8 trusts what it is given, so it is given only what is whole and of this
 * very bundle.
 */
const keptMachineCode = (file, made) =>
  attempt(() => {
    const kept = readFileSync(machineCodeOf(file));
    const data = kept.subarray(HASH_BYTES);
    return hashOf(made, data).equals(kept.subarray(0, HASH_BYTES)) ? data : undefined;
  });

/** What is to be kept of this process, when it ends: by then V8 has compiled what programs of this kind use. */
const keeping = [];
process.once('exit', () => keeping.forEach((keep) => keep()));

const keepMachineCode = (script, file, made) => {
  const keep = () => {
    const data = script.createCachedData();
    placeFile(machineCodeOf(file), Buffer.concat([hashOf(made, data), data]));
  };
  keeping.push(keep);
  // A process that is killed has no end of its own: what is compiled once all is loaded is most of it.
  setImmediate(keep).unref();
};

const run = (module, filename) => {
  const file = join(KEPT, `${shortHash(filename)}-${shortHash(JSON.stringify(RECIPE))}`);
  const { made, code } = keptBundle(file) ?? makeBundle(filename, file);
  // Only Node's own loader reads source maps.
  if (process.sourceMapsEnabled ?? process.execArgv.includes('--enable-source-maps'))
    return module._compile(code, `${file}.js`);
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
