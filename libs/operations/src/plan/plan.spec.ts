import { differences } from './differences';
import { planHash } from './hash';
import { planEvents } from './show';
import type { HostPlan, TargetPlan } from './target-plan';
import { bytesText, driftText, reasonText } from './words';

const host = (more: Partial<HostPlan> = {}): HostPlan => ({
  host: 'web-1',
  address: 'deploy@192.0.2.1',
  action: 'deploy',
  reasons: [{ kind: 'content' }],
  refusals: [],
  live: { release: 'A', sha: 'a'.repeat(40), digest: 'd1' },
  files: { added: [], changed: [{ path: 'main.js', size: 1500, before: 900 }], removed: [] },
  send: { files: 1, bytes: 1500 },
  reuse: { files: 3, bytes: 20 },
  drift: [],
  steps: { run: ['place release', 'swap', 'restart'], sync: 'content', shared: [], restart: 'systemctl restart api' },
  prune: [],
  ...more,
});
const healthCheck = { url: 'http://localhost/', status: 200, timeoutMs: 2000, intervalMs: 500, successes: 2 };
const traffic: TargetPlan['rules']['traffic'] = {
  engine: 'haproxy',
  address: '127.0.0.1',
  port: 80,
  slots: { blue: 4001, green: 4002 },
  drainTimeoutMs: 30_000,
  keepWarmMs: 600_000,
  observeMs: 10_000,
  maxFailedShare: 0,
};
const goldenImage: TargetPlan['rules']['goldenImage'] = {
  driver: 'auto',
  allowProcess: false,
  network: { mode: 'forward' },
  memoryMiB: 256,
  cpus: 1,
  keep: 3,
  readyTimeoutMs: 10_000,
};
const rules: TargetPlan['rules'] = {
  keep: 5,
  strategy: 'rolling',
  rollbackOnFailure: 'deployment',
  commandTimeoutMs: 60_000,
  healthCheck,
  traffic,
  goldenImage,
};
const plan = (more: Partial<TargetPlan> = {}): TargetPlan => {
  const rest = {
    version: 2,
    target: 'api',
    environment: 'production',
    path: '/opt/api',
    sha: 'b'.repeat(40),
    dirty: false,
    digest: 'd2',
    settings: 's1',
    rules,
    refusals: [],
    artifact: { files: 4, bytes: 1520 },
    hosts: [host()],
    ...more,
  } as const;
  return { ...rest, hash: planHash(rest) };
};
const withHost = (more: Partial<HostPlan>) => plan({ hosts: [host(more)] });

const withRules = (more: Partial<TargetPlan['rules']>) => plan({ rules: { ...rules, ...more } });
const withHealth = (more: object) => withRules({ healthCheck: { ...healthCheck, ...more } });

const CHANGES: readonly [string, TargetPlan, readonly string[]][] = [
  ['another artifact', plan({ digest: 'd3' }), ['artifact digest: was d2, is d3']],
  ['settings of the manifest', plan({ settings: 's2' }), ['settings that shape a release: was s1, is s2']],
  ['another live release', withHost({ live: { release: 'B', digest: 'd1' } }), ['web-1: live release: was A, is B']],
  [
    'a file changed by hand',
    withHost({ drift: [{ kind: 'changed', path: 'main.js', files: 1 }] }),
    ['web-1: files changed by hand: main.js (changed) is new'],
  ],
  [
    'a run that died',
    withHost({ mend: { deployment: 'D', runbook: 'deploy', how: 'undone', stuck: false } }),
    ['web-1: unfinished run: was none, is D, to be undone'],
  ],
  [
    'an ill service',
    withHost({ reasons: [{ kind: 'content' }, { kind: 'unhealthy', seen: 'status 503' }] }),
    ['web-1: reasons: unhealthy is new'],
  ],
  ['a release that was gone back from', withHost({ goneBackFrom: ['Z'] }), ['web-1: gone back from: Z is new']],
  ['a release more to remove', withHost({ prune: ['Z'] }), ['web-1: releases to remove: Z is new']],
  [
    'another command',
    withHost({ steps: { run: ['place release', 'swap'], sync: 'content', shared: [] } }),
    ['web-1: restart: was systemctl restart api, is none'],
  ],
  [
    'another machine',
    withHost({ address: 'deploy@192.0.2.2' }),
    ['web-1: address: was deploy@192.0.2.1, is deploy@192.0.2.2'],
  ],
  [
    'another symlink to replace',
    withHost({ steps: { ...host().steps, replaces: '/srv/old' } }),
    ['web-1: symlink that is replaced: was none, is /srv/old'],
  ],
  ['releases to keep', withRules({ keep: 2 }), ['keep: was 5, is 2']],
  ['another strategy', withRules({ strategy: 'blue-green' }), ['strategy: was rolling, is blue-green']],
  [
    'what is done after a failure',
    withRules({ rollbackOnFailure: false }),
    ['rollback_on_failure: was deployment, is false'],
  ],
  ['more patience', withRules({ commandTimeoutMs: 90_000 }), ['command_timeout: was 60 s, is 90 s']],
  ['another address for people', withRules({ url: 'http://a/' }), ['url: was none, is http://a/']],
  ['what may be lost', withRules({ drop: ['old/**'] }), ['drop: old/** is new']],
  [
    'less watching of the new release',
    withRules({ traffic: { ...traffic, observeMs: 0 } }),
    ['traffic: observeMs: 0 is new', 'traffic: observeMs: 10000 is gone'],
  ],
  [
    'an agent without a VM',
    withRules({ goldenImage: { ...goldenImage, allowProcess: true } }),
    ['golden_image: allowProcess: true is new', 'golden_image: allowProcess: false is gone'],
  ],
  ['another status', withHealth({ status: 204 }), ['health_check.status: was 200, is 204']],
  ['another answer', withHealth({ body: { ok: true } }), ['health_check.body: ok: true is new']],
  ['a slower answer', withHealth({ timeoutMs: 1500 }), ['health_check.timeout: was 2 s, is 1.5 s']],
  ['another rhythm', withHealth({ intervalMs: 1000 }), ['health_check.interval: was 0.5 s, is 1 s']],
  ['more good answers', withHealth({ successes: 3 }), ['health_check.successes: was 2, is 3']],
  ['a host more', plan({ hosts: [host(), host({ host: 'web-2' })] }), ['hosts: web-2 is new']],
  ['a host less', plan({ hosts: [] }), ['hosts: web-1 is gone']],
];

test.each(CHANGES)('%s makes another hash, and is named', (_, now, expected) => {
  expect(now.hash).not.toBe(plan().hash);
  expect(differences(plan(), now)).toEqual(expected);
});

test('what means nothing makes no other hash: the commit of the same content, what a service said, who holds the lock', () => {
  const ill = (seen: string) => withHost({ reasons: [{ kind: 'unhealthy', seen }] });
  expect(ill('status 503').hash).toBe(ill('no answer').hash);
  const same = plan({
    sha: 'c'.repeat(40),
    dirty: true,
    hosts: [host({ lock: { by: 'ana@laptop', since: '08:15' } })],
  });
  expect(same.hash).toBe(plan().hash);
  expect(differences(plan(), same)).toEqual([]);
});

const textOf = (shown: TargetPlan, before: readonly TargetPlan[] = []): string =>
  planEvents(shown, { before })
    .map((event) => ('text' in event ? event.text : JSON.stringify(event)))
    .join('\n');

test('names twenty files of each kind and counts the others', () => {
  const added = Array.from({ length: 33 }, (_, index) => ({ path: `f${index}`, size: 1 }));
  const text = textOf(withHost({ files: { added, changed: [], removed: [] } }));
  expect(text).toContain('33 added, 0 changed, 0 removed');
  expect(text).toContain('"f19"');
  expect(text).not.toContain('"f20"');
  expect(text).toContain('… and 13 more');
});

test('hosts to which the same happens are shown once', () => {
  const text = textOf(plan({ hosts: [host(), host({ host: 'web-2' })] }));
  expect(text.match(/A rollback would go back to A \(aaaaaaaaaaaa\)/g)).toHaveLength(1);
  expect(text).toContain('Steps on web-1, web-2');
});

test('the command that does just what is shown names the plans of what is deployed before it, too', () => {
  const busy = plan({ target: 'db' });
  const idle = plan({ target: 'lib', hosts: [host({ action: 'nothing', reasons: [] })] });
  const text = textOf(plan(), [busy, idle]);
  expect(text).toContain(`Before it, db is deployed, by plan ${busy.hash}.`);
  expect(text).toContain('Before it, lib: nothing to do.');
  expect(text).toContain(`--plan=${plan().hash},${busy.hash}\``);
});

test('what would refuse, who holds the lock, and what is put right first are told', () => {
  const text = textOf(
    withHost({
      action: 'refuse',
      refusals: [{ code: 'PATH_OCCUPIED', message: 'A file is in the way.', hint: 'Move it.' }],
      lock: { by: 'ana@laptop' },
      mend: { deployment: 'D', runbook: 'deploy', how: 'finished', stuck: false },
    }),
  );
  expect(text).toMatch(/\[PATH_OCCUPIED\] A file is in the way\.[^]*would refuse; nothing was touched/);
  expect(text).toContain('ana@laptop holds the lock');
  expect(text).toContain('D died there after its release had proven healthy; it is finished first.');
});

test('what preflight would refuse for is told, and is no part of the hash', () => {
  const dirty = plan({ refusals: [{ code: 'TREE_DIRTY', message: 'The tree has changes.', hint: 'Commit them.' }] });
  expect(textOf(dirty)).toMatch(/\[TREE_DIRTY\] The tree has changes\.[^]*would refuse; nothing was touched/);
  expect(textOf(dirty)).not.toContain('to do just this');
  expect(dirty.hash).toBe(plan().hash);
});

test('a release with changed or missing files is not offered to go back to; one with more files is', () => {
  const drifted = (kind: 'missing' | 'extra') => textOf(withHost({ drift: [{ kind, path: 'a.txt', files: 1 }] }));
  expect(drifted('missing')).toContain('A rollback would refuse to go back to A');
  expect(drifted('extra')).toContain('A rollback would go back to A');
});

test('what was changed by hand is counted in files, and directories are named for what they are', () => {
  expect(reasonText({ kind: 'drift', files: 0 })).toBe('directories of what is live were changed by hand');
  const drift = [
    { kind: 'extra', path: 'cache/… and 312 more', files: 312 },
    { kind: 'missing', path: 'logs/', files: 0 },
  ] as const;
  expect(driftText(drift)).toContain('extra cache/… and 312 more, missing logs/.');
  expect(driftText(drift, 0)).toContain('and 313 more');
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.0 kB'],
  [4_240, '4.2 kB'],
  [57_400_000, '57 MB'],
])('%d bytes are %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});
