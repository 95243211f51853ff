import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { formatFileList, listSources, packEntries, parseFileList, readArtifact } from './index';

const made: string[] = [];
const tree = (files: Record<string, string>): string => {
  const root = mkdtempSync(join(tmpdir(), 'artifact-'));
  made.push(root);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
};
afterAll(() => made.forEach((root) => rmSync(root, { recursive: true, force: true })));

const ODD_NAMES = [
  'plain.js',
  'with space.js',
  'quote\'s "both".js',
  '$(touch pwned) `x` ;*.js',
  'line\nbreak.js',
  'back\\slash.js',
  '-leading-dash',
  '#hash',
  '[bracket]?.js',
  'ümläut-日本.js',
  '.dotfile',
  'deep/er/file',
  '{a,b}!(x).js',
];

it('gives one digest for one content, whatever the folder, the time and the umask', async () => {
  const first = tree({ 'a.js': '1', 'sub/b.js': '2' });
  const second = tree({ 'sub/b.js': '2', 'a.js': '1' });
  chmodSync(join(second, 'a.js'), 0o600);
  utimesSync(join(second, 'a.js'), 1, 1);
  expect((await readArtifact(second)).digest).toBe((await readArtifact(first)).digest);
});

it.each([
  ['a byte of a file', (root: string) => writeFileSync(join(root, 'a.js'), '!')],
  ['the executable bit', (root: string) => chmodSync(join(root, 'a.js'), 0o755)],
  ['an empty directory', (root: string) => mkdirSync(join(root, 'empty'))],
  ['a symlink', (root: string) => symlinkSync('a.js', join(root, 'link'))],
])('changes the digest with %s', async (_, change) => {
  const root = tree({ 'a.js': '1' });
  const before = await readArtifact(root);
  change(root);
  expect((await readArtifact(root)).digest).not.toBe(before.digest);
});

it('lists files with any UTF-8 name, and the list is read back as it was', async () => {
  const root = tree(Object.fromEntries(ODD_NAMES.map((name) => [name, name])));
  const artifact = await readArtifact(root);
  const files = artifact.entries.filter((entry) => entry.type === 'file').map((entry) => entry.path);
  expect(files.sort()).toEqual([...ODD_NAMES].sort());
  expect(formatFileList(parseFileList(artifact.list))).toBe(artifact.list);
  expect(parseFileList(artifact.list)).toEqual(artifact.entries);
  expect(artifact.list.trimEnd().split('\n')).toHaveLength(artifact.entries.length + 1);
});

it('leaves out what is excluded, with all below it', async () => {
  const root = tree({ 'a.js': '1', 'cache/x/y.js': '2', 'deep/z.map': '3' });
  const artifact = await readArtifact(root, { exclude: ['cache', '**/*.map'] });
  expect(artifact.entries.map((entry) => entry.path).sort()).toEqual(['a.js', 'deep']);
});

it('packs every kind of entry so that tar unpacks the same tree', async () => {
  const root = tree(Object.fromEntries(ODD_NAMES.map((name) => [name, name.repeat(1000)])));
  mkdirSync(join(root, 'empty dir'));
  symlinkSync('../no where', join(root, 'dangling'));
  chmodSync(join(root, 'plain.js'), 0o755);
  const artifact = await readArtifact(root);
  const copy = tree({});
  await execa('tar', ['-xz', '-C', copy], { input: packEntries(artifact, artifact.entries) });
  expect((await readArtifact(copy)).list).toBe(artifact.list);
});

it('refuses what cannot be deployed and names all of it', async () => {
  const root = tree({ 'a.js': '1', '.release.json': '{}' });
  await execa('mkfifo', [join(root, 'pipe')]);
  writeFileSync(Buffer.concat([Buffer.from(`${root}/bad-`), Buffer.from([0xff])]), '');
  const read = readArtifact(root, { reserved: ['.release.json'] });
  await expect(read).rejects.toMatchObject({ code: 'ARTIFACT_UNSUPPORTED' });
  await expect(read).rejects.toThrow(/pipe[\s\S]*not valid UTF-8|not valid UTF-8[\s\S]*pipe/);
  await expect(read).rejects.toThrow('.release.json');
});

it('tells a missing output from an empty one', async () => {
  await expect(readArtifact('/no/such/place')).rejects.toMatchObject({ code: 'ARTIFACT_MISSING' });
  await expect(readArtifact(tree({}))).rejects.toMatchObject({ code: 'ARTIFACT_EMPTY' });
});

it('takes as sources what git tracks or would track, without what is ignored or deleted', async () => {
  const root = tree({
    'kept.ts': '1',
    'gone.ts': '1',
    '.gitignore': 'node_modules\n',
    'node_modules/x.js': '1',
    'new.ts': '1',
  });
  await execa('git', ['init', '-q'], { cwd: root });
  await execa('git', ['add', 'kept.ts', 'gone.ts'], { cwd: root });
  rmSync(join(root, 'gone.ts'));
  expect((await listSources(root))?.sort()).toEqual(['.gitignore', 'kept.ts', 'new.ts']);
  expect(await listSources(tree({}))).toBeUndefined();
});
