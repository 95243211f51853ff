import { describeSsh } from '@polydev/host/testing';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type GuardedWorld, startGuardedWorld } from '../testing/guarded-world';
import { refused } from '../testing/refused';

// Nx starts a process for every task, and the machine may have other things to do.
jest.setTimeout(240_000);

let world: GuardedWorld;
let touched: string;
beforeAll(async () => {
  world = await startGuardedWorld();
  touched = join(world.sshd.directory, 'touched');
  expect((await world.run('deploy')).exitCode).toBe(0);
});
afterAll(() => world.stop());

/** Nine anchors, each of nine of the one before: half a milliard of elements. */
const bomb = (): string => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];
  const lists = names.map((name, index) => {
    const items = index === 0 ? Array(9).fill('boom') : Array(9).fill(`*${names[index - 1] ?? ''}`);
    return `${name}: &${name} [${items.join(', ')}]`;
  });
  return `${lists.join('\n')}\nversion: 1.0\ntargets: *i\n`;
};

describeSsh('what somebody typed or wrote', () => {
  test.each([
    ['a command', (file: string) => `$(touch ${file})`],
    ['another command', (file: string) => `abc123f; touch ${file}`],
    ['a backtick', (file: string) => `\`touch ${file}\``],
    ['an option', () => '--upload-pack=touch'],
    ['a path', () => '../../etc/passwd'],
  ])('a SHA with %s in it is no SHA', async (_, sha) => {
    await refused({ code: 'OPTION_INVALID', hint: '--sha', disk: world.disk }, () =>
      world.run('rollback', [`--sha=${sha(touched)}`]),
    );
    expect(existsSync(touched)).toBe(false);
  });

  test.each([
    ['a deploy’s plan', 'deploy', '--plan'],
    ['an approval’s plan', 'approve', '--plan'],
  ])('%s with a command in it is none', async (_, verb, option) => {
    await refused({ code: 'OPTION_INVALID', hint: option, disk: world.disk }, () =>
      world.run(verb, [`${option}=$(touch ${touched})`]),
    );
    expect(existsSync(touched)).toBe(false);
  });

  const manifests: readonly (readonly [string, () => string, string])[] = [
    [
      'a target whose name leads out of its folder',
      () => MANIFEST.replace('web:', "'../../etc/cron.d/web':"),
      'targets/../../etc/cron.d/web',
    ],
    ['a target whose name is a command', () => MANIFEST.replace('web:', "'$(touch x)':"), 'targets/$(touch x)'],
    ['a path that leads out', () => MANIFEST.replace('/opt/web', '/opt/../etc/web'), 'targets/web/path'],
    ['anchors that grow without end', bomb, 'make it too large to read'],
    ['an anchor that holds itself', () => 'version: 1.0\ntargets: &a [*a]\n', 'aliases (*name) do not end'],
  ];
  const MANIFEST = `version: 1.0
targets:
  web:
    path: /opt/web
environments:
  production:
    hosts: [deploy@server.example.com]
`;
  test.each(manifests)('a manifest with %s is refused', async (_, text, names) => {
    world.workspace.write({ '.deploy.yaml': text() });
    const { all } = await refused({ code: 'MANIFEST_INVALID', hint: '.deploy.yaml', disk: world.disk }, () =>
      world.workspace.nx(['run', 'workspace-under-test:preflight', '-c', 'production', '--output-style=static']),
    );
    expect(all).toContain(names);
  });
});
