import { differences } from './differences';
import { planHash } from './hash';
import { planEvents } from './show';
import type { HostPlan, TargetPlan } from './target-plan';
import { bytesText } from './words';

const host = (more: Partial<HostPlan> = {}): HostPlan => ({
  host: 'web-1',
  action: 'deploy',
  reasons: [{ kind: 'content' }],
  refusals: [],
  live: { release: 'A', sha: 'a'.repeat(40), digest: 'd1' },
  files: { added: [], changed: [{ path: 'main.js', size: 1500, before: 900 }], removed: [] },
  send: { files: 1, bytes: 1500 },
  reuse: { files: 3, bytes: 20 },
  drift: [],
  steps: { sync: 'content', shared: [], restart: 'systemctl restart api' },
  prune: [],
  ...more,
});
const plan = (more: Partial<TargetPlan> = {}): TargetPlan => {
  const rest = {
    version: 1,
    target: 'api',
    environment: 'production',
    path: '/opt/api',
    sha: 'b'.repeat(40),
    dirty: false,
    digest: 'd2',
    settings: 's1',
    artifact: { files: 4, bytes: 1520 },
    hosts: [host()],
    ...more,
  } as const;
  return { ...rest, hash: planHash(rest) };
};
const withHost = (more: Partial<HostPlan>) => plan({ hosts: [host(more)] });

const CHANGES: readonly [string, TargetPlan, readonly string[]][] = [
  ['another artifact', plan({ digest: 'd3' }), ['artifact digest: was d2, is d3']],
  ['settings of the manifest', plan({ settings: 's2' }), ['settings that shape a release: was s1, is s2']],
  ['another live release', withHost({ live: { release: 'B', digest: 'd1' } }), ['web-1: live release: was A, is B']],
  [
    'a file changed by hand',
    withHost({ drift: [{ kind: 'changed', path: 'main.js' }] }),
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
  ['a release more to remove', withHost({ prune: ['Z'] }), ['web-1: releases to remove: Z is new']],
  [
    'another command',
    withHost({ steps: { sync: 'content', shared: [] } }),
    ['web-1: restart: was systemctl restart api, is none'],
  ],
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

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.0 kB'],
  [4_240, '4.2 kB'],
  [57_400_000, '57 MB'],
])('%d bytes are %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});
