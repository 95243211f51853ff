import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';

const MODULE = resolve(__dirname, '../../install/install.mjs');

describe('installed packages', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'polydev-install-'));
    mkdirSync(join(root, 'node_modules'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const lockFile = (packages: object) =>
    writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: { '': {}, ...packages } }));
  const record = (packages: object) =>
    writeFileSync(join(root, 'node_modules', '.package-lock.json'), JSON.stringify({ packages }));
  const place = (path: string) => {
    mkdirSync(join(root, path), { recursive: true });
    writeFileSync(join(root, path, 'package.json'), '{}');
  };
  /** As npm leaves it: its record, and a folder for each package. */
  const installed = (packages: object) => {
    record(packages);
    Object.keys(packages).forEach(place);
  };
  /** What the door would say, read from a real Node process because the door is an ES module. */
  const staleReason = async () => {
    const script = `import { staleReason } from ${JSON.stringify(MODULE)}; console.log(staleReason(${JSON.stringify(root)}));`;
    return (await execa('node', ['--input-type=module', '-e', script])).stdout;
  };

  const yaml = { 'node_modules/yaml': { version: '2.9.0', integrity: 'sha512-a' } };

  test('nothing is installed again where everything is as the lock file says', async () => {
    lockFile({ ...yaml, 'node_modules/for-windows': { version: '1.0.0', optional: true } });
    installed(yaml);
    expect(await staleReason()).toBe('undefined');
  });

  test.each([
    ['another version', { 'node_modules/yaml': { version: '2.8.0', integrity: 'sha512-a' } }],
    ['other content', { 'node_modules/yaml': { version: '2.9.0', integrity: 'sha512-b' } }],
    ['a package that is missing', {}],
  ])('%s makes the installation stale', async (_name, packages) => {
    lockFile(yaml);
    installed(packages);
    expect(await staleReason()).toBe('1 packages differ from the lock file, node_modules/yaml for one');
  });

  test('a package of the workspace that is not linked makes the installation stale', async () => {
    const link = { 'node_modules/@t/words': { resolved: 'libs/words', link: true } };
    lockFile(link);
    record(link);
    expect(await staleReason()).toBe('1 packages differ from the lock file, node_modules/@t/words for one');
  });

  test('packages that a package of the workspace has for itself are missed when somebody removed them', async () => {
    const nested = { ...yaml, 'libs/words': {}, 'libs/words/node_modules/yaml': { version: '1.0.0' } };
    lockFile(nested);
    installed(nested);
    expect(await staleReason()).toBe('undefined');
    rmSync(join(root, 'libs/words/node_modules'), { recursive: true });
    expect(await staleReason()).toBe('1 packages differ from the lock file, libs/words/node_modules/yaml for one');
  });

  test('a clone without packages is told so', async () => {
    lockFile(yaml);
    expect(await staleReason()).toBe('the packages are not installed yet');
  });
});
