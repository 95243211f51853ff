import { describeSsh } from '@polydev/host/testing';
import type { EnvironmentConfig, TargetConfig } from '@polydev/manifest';
import { createWorld, type World } from '../../testing/world';
import { itWithTmpfs, withTmpfs } from '../../testing/tmpfs';
import { preflight } from '../index';

describeSsh('preflight on a real host', () => {
  let w: World;
  beforeEach(async () => {
    w = await createWorld();
  });
  afterEach(() => w.stop());

  const look = (target: Partial<TargetConfig> = {}, environment: Partial<EnvironmentConfig> = {}) =>
    preflight({
      environment: w.environment(target, environment),
      targets: [w.target(target)],
      head: w.head(),
      report: (event) => void w.events.push(event),
      signal: new AbortController().signal,
    });
  const codes = async (found: ReturnType<typeof look>) => (await found).map(({ level, code }) => `${level} ${code}`);

  it('finds nothing where all is well, and its first line names environment and hosts', async () => {
    expect(await look()).toEqual([]);
    expect(w.events[0]).toEqual({ kind: 'headline', text: 'Deploying to test: web-1 (127.0.0.1)' });
  });

  it('names every tool that the runbook would miss, but not what the shell knows itself', async () => {
    const found = await look({ restart: 'no-such-tool restart', postDeploy: 'exit 0', preDeploy: './nothing-here' });
    expect(found.map(({ message }) => message)).toEqual(['web-1 lacks no-such-tool, ./nothing-here.']);
  });

  itWithTmpfs('names what may not be written', () =>
    withTmpfs(w.stateDir, 'size=1m,ro', async () => {
      expect(await codes(look())).toEqual(['error NO_PERMISSION', 'error DISK_FULL']);
    }),
  );

  it('reports everything in one go: the hosts out of reach beside what is wrong on the others', async () => {
    const [host] = w.environment().hosts;
    const gone = { ...host!, name: 'web-2', port: 1 };
    const unknown = { ...host!, name: 'web-3', knownHostsFile: '/dev/null' };
    const found = await look(
      { restart: 'no-such-tool' },
      { hosts: [host!, gone, unknown], notes: ['A password is used.'] },
    );
    expect(found.map(({ host: name, code }) => `${name ?? ''} ${code}`)).toEqual([
      ' NOTE',
      'web-1 TOOL_MISSING',
      'web-2 HOST_UNREACHABLE',
      'web-3 HOST_KEY_UNKNOWN',
    ]);
    expect(found.every(({ level, hint }) => level === 'note' || hint !== '')).toBe(true);
  });
});
