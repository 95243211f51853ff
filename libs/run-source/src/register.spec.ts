import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, extname, join, resolve } from 'node:path';

const HERE = resolve(__dirname, '..');
const MODULES = dirname(dirname(require.resolve('esbuild/package.json')));

const PROGRAM = `import { basename } from 'node:path';
import { word } from './libs/words/word';
console.log(basename(__filename), word());
`;
const WORD = `import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import type { Word } from './types';
export const word = (): Word => readFileSync(join(__dirname, 'word.txt'), 'utf8') + ' one';
`;

/** A repository of its own, with the compiler of this one. */
let repository: string;
beforeEach(() => {
  repository = realpathSync(mkdtempSync(join(tmpdir(), 'polydev-run-source-')));
  mkdirSync(join(repository, 'node_modules'));
  for (const directory of ['libs/run-source', 'libs/words'])
    mkdirSync(join(repository, directory), { recursive: true });
  for (const name of ['esbuild', '@esbuild']) symlinkSync(join(MODULES, name), join(repository, 'node_modules', name));
  for (const name of readdirSync(HERE).filter((one) => /\.cjs$|^package\.json$/.test(one)))
    cpSync(join(HERE, name), join(repository, 'libs/run-source', name));
  write('program.ts', PROGRAM);
  write('libs/words/word.ts', WORD);
  write('libs/words/types.ts', 'export type Word = string;\n');
  write('libs/words/word.txt', 'first');
});
afterEach(() => rmSync(repository, { recursive: true }));

const cache = () => join(repository, 'node_modules/.cache');
const write = (file: string, text: string) => writeFileSync(join(repository, file), text);
const run = (...flags: readonly string[]) => runWith({}, ...flags);
const runWith = (env: NodeJS.ProcessEnv, ...flags: readonly string[]) => {
  const args = [...flags, '-r', join(repository, 'libs/run-source/register.cjs'), join(repository, 'program.ts')];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env: { ...process.env, ...env } });
  return stdout || stderr;
};
/** What is kept, by the ends of its names, with the times when it was put there. */
const kept = () => {
  const directory = join(cache(), 'polydev-run-source');
  return Object.fromEntries(
    readdirSync(directory).map((name) => {
      const path = join(directory, name);
      return [extname(name), { path, at: statSync(path).ctimeMs }];
    }),
  );
};

it('runs TypeScript, each file where it stands, and makes it ready only once', () => {
  expect([run(), run()]).toEqual(['program.ts first one\n', 'program.ts first one\n']);
  const made = kept();
  expect(Object.keys(made).sort()).toEqual(['.js', '.json', '.map', '.v8']);
  expect(run()).toBe('program.ts first one\n');
  expect(kept()).toEqual(made);
});

it('makes ready what changed, in whichever file', () => {
  run();
  write('libs/words/word.ts', WORD.replace("' one'", "' two'"));
  expect([run(), run()]).toEqual(['program.ts first two\n', 'program.ts first two\n']);
  write('program.ts', PROGRAM.replace('word()', "word() + '!'"));
  expect([run(), run()]).toEqual(['program.ts first two!\n', 'program.ts first two!\n']);
});

describe('makes ready anew where another file would be loaded now:', () => {
  const twice = (word: string) => expect([run(), run()]).toEqual(Array(2).fill(`${word}\n`));
  const pack = (main: string) => write('libs/words/package.json', JSON.stringify({ name: 'words', main }));
  beforeEach(() => {
    write('program.ts', "import { word } from 'words';\nconsole.log(word);\n");
    write('libs/words/one.ts', "export const word = 'one';\n");
    write('libs/words/two.ts', "export const word = 'two';\n");
    symlinkSync(join(repository, 'libs/words'), join(repository, 'node_modules/words'));
  });

  it('a package.json names another', () => {
    pack('./one.ts');
    twice('one');
    pack('./two.ts');
    twice('two');
    pack('./one.ts');
    twice('one');
  });

  it('a tsconfig.json does', () => {
    const paths = (file: string) => JSON.stringify({ compilerOptions: { paths: { words: [`./libs/words/${file}`] } } });
    pack('./one.ts');
    twice('one');
    write('tsconfig.json', paths('two'));
    twice('two');
    write('tsconfig.json', paths('one'));
    twice('one');
  });

  it('a new one comes first', () => {
    pack('./one');
    twice('one');
    write('libs/words/one.tsx', "export const word = 'new';\n");
    twice('new');
    rmSync(join(repository, 'libs/words/one.tsx'));
    twice('one');
  });
});

it('makes ready what npm has changed, also where time and size of the file are the same', () => {
  const pack = join(repository, 'node_modules/word');
  const installed = (word: string, at: number) => {
    mkdirSync(pack, { recursive: true });
    writeFileSync(join(pack, 'index.js'), `exports.word = () => '${word}';\n`);
    writeFileSync(join(repository, 'node_modules/.package-lock.json'), '{}');
    utimesSync(join(pack, 'index.js'), 1, 1);
    utimesSync(join(repository, 'node_modules/.package-lock.json'), at, at);
  };
  write('program.ts', PROGRAM.replace('./libs/words/word', 'word'));
  installed('one', 1000);
  expect([run(), run()]).toEqual(['program.ts one\n', 'program.ts one\n']);
  const made = kept();
  linkSync(join(pack, 'index.js'), join(repository, 'a-copy.js'));
  expect(run()).toBe('program.ts one\n');
  expect(kept()).toEqual(made);
  installed('two', 2000);
  expect([run(), run(), run()]).toEqual(['program.ts two\n', 'program.ts two\n', 'program.ts two\n']);
});

it.each(['.js', '.json', '.v8'])('makes ready again where a power cut left %s half written', (end) => {
  run();
  run();
  const { path = '' } = kept()[end] ?? {};
  const whole = readFileSync(path);
  writeFileSync(path, whole.subarray(0, whole.length / 2));
  for (const _ of ['made', 'ran', 'kept']) expect(run()).toBe('program.ts first one\n');
  expect(statSync(path).size).toBeGreaterThan(whole.length / 2);
});

it('makes ready what npm has changed since it had not installed anything', () => {
  const pack = join(repository, 'node_modules/word');
  const installed = (word: string) => {
    mkdirSync(pack, { recursive: true });
    writeFileSync(join(pack, 'index.js'), `exports.word = () => '${word}';\n`);
    utimesSync(join(pack, 'index.js'), 1, 1);
  };
  write('program.ts', PROGRAM.replace('./libs/words/word', 'word'));
  installed('one');
  expect([run(), run()]).toEqual(['program.ts one\n', 'program.ts one\n']);
  installed('two');
  write('node_modules/.package-lock.json', '{}');
  expect([run(), run()]).toEqual(['program.ts two\n', 'program.ts two\n']);
});

it('keeps letters of every kind as they are', () => {
  write('program.ts', "#!/usr/bin/env node\nconsole.log(/[→–]/.test('a→b'), /^✓ €$/.test('✓ €'), 'ä €');\n");
  expect([run(), run(), run()]).toEqual(Array(3).fill('true true ä €\n'));
});

it('keeps what V8 made with other flags apart, and of a program that never ends by itself too', () => {
  write('program.ts', "setTimeout(() => process.kill(process.pid, 'SIGKILL'), 20);\n");
  const machineCode = () => readdirSync(join(cache(), 'polydev-run-source')).filter((name) => name.endsWith('.v8'));
  run();
  run();
  expect(machineCode()).toHaveLength(1);
  run('--stack-trace-limit=5');
  const [before, names] = [kept(), machineCode()];
  expect(names).toHaveLength(2);
  for (const flag of ['--stack-trace-limit=5', '--no-warnings']) run(flag);
  expect(kept()).toEqual(before);
});

it('leaves nothing of a former recipe, nor of a process that was killed as it wrote', () => {
  run();
  const directory = join(cache(), 'polydev-run-source');
  const former = readdirSync(directory);
  const left = join(directory, 'something.js.123');
  writeFileSync(left, '');
  utimesSync(left, 1, 1);
  const { version, ...rest } = JSON.parse(
    readFileSync(join(repository, 'libs/run-source/package.json'), 'utf8'),
  ) as Record<string, unknown>;
  write('libs/run-source/package.json', JSON.stringify({ ...rest, version: `${String(version)}-next` }));
  expect(run()).toBe('program.ts first one\n');
  expect(readdirSync(directory).filter((name) => former.includes(name))).toEqual([]);
  expect(existsSync(left)).toBe(false);
});

it('imports later what is left out', () => {
  write('program.ts', "void import('esbuild').then(({ version }) => console.log(typeof version));\n");
  expect([run(), run(), run()]).toEqual(['string\n', 'string\n', 'string\n']);
});

it('does not run what lies there in place of what V8 kept', () => {
  run();
  run();
  const { path = '' } = kept()['.v8'] ?? {};
  const other = readFileSync(path);
  other.fill(1, other.length / 2);
  writeFileSync(path, other);
  expect(run()).toBe('program.ts first one\n');
  expect(readFileSync(path).equals(other)).toBe(false);
});

it('runs each time anew where nothing can be kept', () => {
  writeFileSync(cache(), '');
  expect([run(), run()]).toEqual(['program.ts first one\n', 'program.ts first one\n']);
  expect(existsSync(join(cache(), 'polydev-run-source'))).toBe(false);
});

it('says where a file cannot be understood', () => {
  write('libs/words/word.ts', 'export const word = = 1;\n');
  expect(run()).toMatch(/program\.ts cannot be run.*Unexpected "=".*libs\/words\/word\.ts:1:/su);
});

it('tells of errors by the lines of the source, when asked', () => {
  write(
    'libs/words/word.ts',
    `interface Unused { readonly a: string }\n\n\nthrow new Error('on line four');\nexport const word = 1;\n`,
  );
  for (const _ of ['made', 'kept']) expect(run('--enable-source-maps')).toContain('libs/words/word.ts:4');
  expect(runWith({ NODE_OPTIONS: '--enable-source-maps' })).toContain('libs/words/word.ts:4');
});
