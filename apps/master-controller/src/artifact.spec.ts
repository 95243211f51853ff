import { execFileSync } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const DIST = join(__dirname, '../dist');

interface Lock {
  readonly packages: Readonly<Record<string, Locked>>;
}
interface Locked {
  readonly version: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const read = (name: string): string => readFileSync(join(DIST, name), 'utf8');
const manifest = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
const lock = JSON.parse(read('package-lock.json')) as Lock;
const installed = Object.entries(lock.packages).filter(([path]) => path !== '');

/** What `nx build master-controller` left in `dist`; Nx builds before it tests. */
describe('the built controller', () => {
  it('declares exactly the packages that it imports, at exact versions', () => {
    const required = [...read('main.js').matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name ?? '');
    const packages = required.filter((name) => !name.startsWith('node:') && !builtinModules.includes(name));
    expect(Object.keys(manifest.dependencies)).toEqual([...new Set(packages)].sort());
    for (const version of Object.values(manifest.dependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('locks them and all that they need, as this workspace has them', () => {
    expect(lock.packages['']?.dependencies).toEqual(manifest.dependencies);
    const theirs = installed.flatMap(([, { dependencies }]) => Object.keys(dependencies ?? {}));
    for (const name of [...Object.keys(manifest.dependencies), ...theirs]) {
      expect(lock.packages[`node_modules/${name}`]?.integrity).toMatch(/^sha512-/);
    }
    const workspace = JSON.parse(readFileSync(join(__dirname, '../../../package-lock.json'), 'utf8')) as Lock;
    const known = Object.values(workspace.packages).map(({ integrity }) => integrity);
    expect(installed.filter(([, { integrity }]) => !known.includes(integrity))).toEqual([]);
  });

  it('names no registry and needs no install script', () => {
    expect(installed.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
    expect(installed.filter(([, { hasInstallScript }]) => hasInstallScript === true)).toEqual([]);
  });

  it('brings none of the workspace’s own packages as a dependency', () => {
    expect(read('package-lock.json')).not.toContain('node_modules/@polydev');
  });

  it('ships the program that builds golden images, which needs nothing but Node', () => {
    const program = read('golden-image.cjs');
    const required = [...program.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name = '']) => name);
    expect(required.length).toBeGreaterThan(0);
    expect(required.filter((name) => !name.startsWith('node:') && !builtinModules.includes(name))).toEqual([]);
    const root = mkdtempSync(join(tmpdir(), 'images-'));
    const env = { PATH: process.env['PATH'], GOLDEN_IMAGE_SETTINGS: JSON.stringify({ root }) };
    const answer = execFileSync(process.execPath, [join(DIST, 'golden-image.cjs'), 'status', '--json'], {
      env,
      cwd: root,
    });
    rmSync(root, { recursive: true });
    expect(JSON.parse(answer.toString())).toEqual({ event: 'result', images: [], vms: [] });
  });

  it('ships the golden image script, executable', () => {
    accessSync(join(DIST, 'scripts/build-golden-snapshot-complete.sh'), constants.X_OK);
    expect(read('scripts/build-golden-snapshot-complete.sh')).toMatch(/^#!\/usr\/bin\/env bash\n/);
  });
});
