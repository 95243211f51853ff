import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const REGISTER = resolve(__dirname, '../register.cjs');
const COMPILER = dirname(dirname(require.resolve('@swc/core/package.json')));

/** Says what it was told, and whether a compiler was loaded on the way. */
const PROGRAM = `import { basename } from 'node:path';
type Word = string;
const word: Word = 'first';
console.log(basename(__filename), word, Object.keys(require.cache).some((file) => file.includes('@swc')) ? 'compiled' : 'kept');
`;

/** A repository of its own, with the compiler of this one. */
let repository: string;
beforeEach(() => {
  repository = realpathSync(mkdtempSync(join(tmpdir(), 'polydev-run-source-')));
  mkdirSync(join(repository, 'node_modules'));
  mkdirSync(join(repository, 'libs/run-source'), { recursive: true });
  symlinkSync(COMPILER, join(repository, 'node_modules/@swc'));
  for (const name of ['register.cjs', 'package.json'])
    cpSync(join(REGISTER, '..', name), join(repository, 'libs/run-source', name));
  write(PROGRAM);
});
afterEach(() => rmSync(repository, { recursive: true }));

const program = () => join(repository, 'program.ts');
const cache = () => join(repository, 'node_modules/.cache');
const write = (text: string) => writeFileSync(program(), text);
const run = (...flags: readonly string[]) => {
  const args = [...flags, '-r', join(repository, 'libs/run-source/register.cjs'), program()];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return stdout || stderr;
};
const keptFiles = () => {
  const directory = join(cache(), 'polydev-run-source');
  return readdirSync(directory).map((name) => join(directory, name));
};

it('runs TypeScript, and compiles what did not change only once', () => {
  expect([run(), run()]).toEqual(['program.ts first compiled\n', 'program.ts first kept\n']);
});

it('compiles what changed', () => {
  run();
  write(PROGRAM.replace("'first'", "'other'"));
  expect([run(), run()]).toEqual(['program.ts other compiled\n', 'program.ts other kept\n']);
});

it('compiles again what a power cut left half written', () => {
  run();
  const [file = ''] = keptFiles();
  writeFileSync(file, readFileSync(file, 'utf8').slice(0, 300));
  expect([run(), run()]).toEqual(['program.ts first compiled\n', 'program.ts first kept\n']);
  expect(keptFiles()).toEqual([file]);
});

it('compiles each time where nothing can be kept', () => {
  writeFileSync(cache(), '');
  expect([run(), run()]).toEqual(['program.ts first compiled\n', 'program.ts first compiled\n']);
  expect(existsSync(join(cache(), 'polydev-run-source'))).toBe(false);
});

it('tells of errors by the lines of the source, when asked', () => {
  write(`interface Unused { readonly a: string }\n\n\nthrow new Error('on line four');\n`);
  for (const _ of ['compiled', 'kept']) expect(run('--enable-source-maps')).toContain('program.ts:4');
});
