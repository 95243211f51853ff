import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readArtifact, type Artifact } from '@polydev/artifact';
import { execa } from 'execa';
import { checkOut, WORKSPACE } from '../testing/checkout';

const APPS = ['master-controller', 'frontend', 'vm-agent'];

/** Machines differ in more than the folder: these do not leave a trace either. */
const CHECKOUTS = [
  { folder: 'a', umask: '022', env: { TZ: 'UTC', LC_ALL: 'C' } },
  { folder: 'another place/with a longer name', umask: '077', env: { TZ: 'Pacific/Auckland', LC_ALL: 'C.UTF-8' } },
];

/** Two clean checkouts of the same files, built by Nx with nothing cached, give the same artifacts. */
describe('two clean builds in two folders', () => {
  let folder: string;
  const artifacts = new Map<string, Artifact[]>(APPS.map((app) => [app, []]));

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'reproducible-'));
    for (const checkout of CHECKOUTS) {
      const root = join(folder, checkout.folder);
      await checkOut(root);
      for (const modules of installedIn(WORKSPACE)) await copyPackages(join(WORKSPACE, modules), join(root, modules));
      await build(root, checkout);
      for (const app of APPS) artifacts.get(app)?.push(await readArtifact(join(root, 'apps', app, 'dist')));
    }
  }, 300_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(APPS)('give one digest for %s', (app) => {
    const [first, second] = artifacts.get(app) ?? [];
    expect(linesOf(second)).not.toEqual([]);
    // The lines first: they name the files, where the digest only says that there is a difference.
    expect(onlyIn(linesOf(first), linesOf(second))).toEqual([]);
    expect(onlyIn(linesOf(second), linesOf(first))).toEqual([]);
    expect(second?.digest).toBe(first?.digest);
  });
});

const linesOf = (artifact: Artifact | undefined): readonly string[] => artifact?.list.split('\n').filter(Boolean) ?? [];
const onlyIn = (these: readonly string[], others: readonly string[]): readonly string[] => {
  const known = new Set(others);
  return these.filter((line) => !known.has(line));
};

/** npm keeps most packages at the root and some, of another version, with the project that wants them. */
function installedIn(root: string): readonly string[] {
  const projects = ['apps', 'libs', 'tools'].flatMap((group) =>
    readdirSync(join(root, group)).map((project) => join(group, project, 'node_modules')),
  );
  return ['node_modules', ...projects].filter((folder) => existsSync(join(root, folder)));
}

/** As hard links where the file system allows it: builds only read them. */
async function copyPackages(from: string, to: string): Promise<void> {
  const linked = await execa('cp', ['-al', from, to], { reject: false });
  if (linked.exitCode === 0) return;
  rmSync(to, { recursive: true, force: true });
  await execa('cp', ['-a', '--reflink=auto', from, to]);
}

async function build(root: string, { umask, env }: (typeof CHECKOUTS)[number]): Promise<void> {
  const nx = [process.execPath, 'node_modules/nx/dist/bin/nx.js'];
  const command = [...nx, 'run-many', '-t', 'build', '-p', APPS.join(','), '--skip-nx-cache', '--output-style=static'];
  await execa('sh', ['-c', `umask ${umask} && exec "$@"`, 'sh', ...command], {
    cwd: root,
    env: { ...outsideNx(process.env), ...env, NX_DAEMON: 'false' },
    extendEnv: false,
  });
}

/** Without what Nx tells the task that this test runs in: it names the workspace that this is not. */
const outsideNx = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('NX_') && name !== 'NODE_ENV'));
