import type { Finding } from '../operations';
import { judgeClock, skewOf } from './judge-clock';
import { judgeLocks } from './judge-locks';
import { judgeNeeds } from './judge-needs';
import { judgePlaces } from './judge-places';
import { judgeSpace } from './judge-space';
import { outOfReach } from './out-of-reach';
import { hostUnreachable } from '@polydev/errors';

const codes = (findings: readonly Finding[]) => findings.map(({ level, code }) => `${level} ${code}`);
const MB = 1024 ** 2;

describe('room on a disk', () => {
  const disk = { device: 1, at: '/opt/state', bytes: 50_000 * MB, files: 1e6 };
  const target = (name: string, megabytes: number, device = 1) => ({
    name,
    device,
    live: { bytes: megabytes * MB, files: 20 },
  });

  it('is enough: nothing is said', () => {
    expect(judgeSpace('web-1', [disk], [target('api', 60)])).toEqual([]);
  });

  it('is too little for all targets of the run together, and says what is needed and what is free', () => {
    const targets = [target('api', 60), target('web', 90)];
    expect(judgeSpace('web-1', [{ ...disk, bytes: 200 * MB }], targets.slice(0, 1))).toHaveLength(1);
    const [finding] = judgeSpace('web-1', [{ ...disk, bytes: 200 * MB }], targets);
    expect(finding).toMatchObject({
      level: 'error',
      code: 'SPACE_SHORT',
      host: 'web-1',
      message:
        'web-1 has 200 MB free at /opt/state. New releases of api, web take about 150 MB, as the live ones do, and 100 MB are to stay free. Nothing was touched.',
      hint: expect.stringContaining('df -h /opt/state') as string,
    });
  });

  it('is not taken together where targets lie on different disks', () => {
    const other = { ...disk, device: 2, at: '/srv', bytes: 2_000 * MB };
    const found = judgeSpace(
      'web-1',
      [{ ...disk, bytes: 1_500 * MB }, other],
      [target('api', 60), target('web', 1_950, 2)],
    );
    expect(found.map(({ code, message }) => `${code} ${message.slice(0, 30)}`)).toEqual([
      'SPACE_SHORT web-1 has 2000 MB free at /srv',
    ]);
  });

  it('lets a first release pass, of which nothing is known, but not on a full disk', () => {
    const first = { name: 'api', device: 1, live: null };
    expect(judgeSpace('web-1', [disk], [first])).toEqual([]);
    expect(codes(judgeSpace('web-1', [{ ...disk, bytes: 5 * MB }], [first]))).toEqual(['error SPACE_SHORT']);
  });

  it('ends soon: a warning', () => {
    expect(codes(judgeSpace('web-1', [{ ...disk, bytes: 500 * MB }], [target('api', 60)]))).toEqual([
      'warning DISK_LOW',
    ]);
  });

  it('has no inodes left, or counts none', () => {
    expect(judgeSpace('web-1', [{ ...disk, files: 12 }], [target('api', 1)])[0]?.message).toMatch(
      /^web-1 has 12 inodes free/,
    );
    expect(judgeSpace('web-1', [{ ...disk, files: null }], [target('api', 1)])).toEqual([]);
  });
});

describe('clocks', () => {
  const at = 1_800_000_000_000;

  it.each([
    ['in between: nothing can be said against it', { asked: at, host: at + 100, answered: at + 200 }, 0],
    ['a long way there and back does not count', { asked: at, host: at + 90_000, answered: at + 120_000 }, 0],
    ['ahead', { asked: at, host: at + 47_100, answered: at + 100 }, 47],
    ['behind', { asked: at, host: at - 47_000, answered: at + 100 }, -47],
  ])('%s', (_, reading, seconds) => expect(skewOf(reading)).toBe(seconds));

  it('warns beyond half a minute, says why it matters and how to mend it', () => {
    expect(judgeClock('web-1', { asked: at, host: at + 29_000, answered: at + 50 })).toEqual([]);
    expect(judgeClock('web-1', { asked: at, host: at - 7_200_000, answered: at + 50 })).toEqual([
      {
        level: 'warning',
        code: 'CLOCK_SKEW',
        host: 'web-1',
        message: expect.stringMatching(
          /^The clock of web-1 is 2 h behind this machine's\. Deployments are named and ordered/,
        ) as string,
        hint: expect.stringMatching(/timedatectl.*chrony/) as string,
      },
    ]);
  });
});

it('a lock that is held is told with who, since when and the deployment', () => {
  const lock = { target: 'api', by: 'ada@laptop', since: '2026-11-24T08:00:00.000Z', deployment: 'd1' };
  const [finding] = judgeLocks('web-1', [lock]);
  expect(finding).toMatchObject({ level: 'error', code: 'LOCK_HELD', host: 'web-1' });
  expect(finding?.message).toContain('by ada@laptop since 2026-11-24T08:00:00.000Z (deployment d1)');
  expect(finding?.hint).toMatch(/api:status.*api:unlock --reason/);
  expect(judgeLocks('web-1', [{ target: 'api' }])[0]?.message).toContain('by somebody');
});

it('what is missing is told with what it is for: tools together, a unit as a warning', () => {
  const findings = judgeNeeds('web-1', [
    { kind: 'command', name: 'tar', usedBy: [] },
    { kind: 'sudo-command', name: 'pm2', usedBy: ['restart of api', 'restart of web'] },
    { kind: 'script', name: '/srv/x.sh', usedBy: ['post_deploy of api'] },
    { kind: 'unit', name: 'api', usedBy: ['restart of api'] },
  ]);
  expect(codes(findings)).toEqual(['error TOOL_MISSING', 'error SCRIPT_MISSING', 'warning UNIT_UNKNOWN']);
  expect(findings[0]?.message).toBe('web-1 lacks tar, pm2 (restart of api, restart of web).');
});

it('what may not be written is told with the system’s own word, and a remedy that fits', () => {
  const [readOnly, denied, fixed] = judgePlaces('web-1', {
    denied: [
      { path: '/opt/state', why: 'Read-only file system' },
      { path: '/srv', why: 'Permission denied' },
    ],
    fixed: [{ path: '/opt/api', why: 'mount' }],
  });
  expect(readOnly).toMatchObject({
    code: 'NO_PERMISSION',
    hint: expect.stringContaining('mount it writable') as string,
  });
  expect(denied).toMatchObject({ code: 'NO_PERMISSION', hint: expect.stringContaining('chown') as string });
  expect(fixed).toMatchObject({ code: 'PATH_FIXED', message: expect.stringContaining('mounted there') as string });
});

it('only a sandbox on this machine is told to be started', () => {
  const error = hostUnreachable({
    host: 'sandbox',
    address: 'me@127.0.0.1:2222',
    reason: 'nothing listens on that port',
  });
  const hint = (environment: string, address: string) =>
    outOfReach({ name: environment }, { name: 'sandbox', address }, error).hint;
  expect(hint('sandbox', '127.0.0.1')).toContain('npm run sandbox:start');
  expect(hint('sandbox', 'sandbox.example.com')).not.toContain('sandbox:start');
  expect(hint('production', '127.0.0.1')).not.toContain('sandbox:start');
});
