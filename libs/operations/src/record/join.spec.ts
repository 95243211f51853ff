import type { DeploymentHead, DeploymentPart, HostOutcome, TargetRecord } from '@polydev/contract';
import { joinParts } from './join';

const head: DeploymentHead = {
  schema: 1,
  id: '20261124T080000.000Z-abc123f',
  nonce: 'n',
  kind: 'deploy',
  environment: 'test',
  sha: 'abc123f',
  dirty: false,
  by: 'ana@laptop',
  startedAt: '2026-11-24T08:00:00.000Z',
  planned: ['api', 'web'],
};
const part = (target: string, hosts: Record<string, HostOutcome>, outcome: HostOutcome): DeploymentPart => ({
  head,
  part: {
    target,
    outcome,
    hosts: Object.entries(hosts).map(([host, hostOutcome]) => ({ host, outcome: hostOutcome, steps: [], notes: [] })),
  },
});
const END = '2026-11-24T08:01:00.000Z';
const outcomes = (targets: readonly TargetRecord[]) =>
  Object.fromEntries(targets.map(({ target, outcome }) => [target, outcome]));

it.each<[string, DeploymentPart[], string, Record<string, HostOutcome>]>([
  [
    'all targets moved',
    [part('api', { a: 'moved' }, 'moved'), part('web', { a: 'unchanged' }, 'unchanged')],
    'succeeded',
    { api: 'moved', web: 'unchanged' },
  ],
  [
    'one was taken back',
    [part('api', { a: 'moved' }, 'moved'), part('web', { a: 'taken-back' }, 'taken-back')],
    'rolled-back',
    { api: 'moved', web: 'taken-back' },
  ],
  [
    'one left no part',
    [part('api', { a: 'taken-back' }, 'taken-back')],
    'rolled-back',
    { api: 'taken-back', web: 'not-reached' },
  ],
  [
    'one is stuck',
    [part('api', { a: 'stuck' }, 'stuck'), part('web', { a: 'moved' }, 'moved')],
    'stuck',
    { api: 'stuck', web: 'moved' },
  ],
  ['one still runs', [part('api', { a: 'running' }, 'running')], 'running', { api: 'running', web: 'not-reached' }],
])('%s', (_, parts, outcome, targets) => {
  const record = joinParts(head, parts, { endedAt: END });
  expect(record.outcome).toBe(outcome);
  expect(outcomes(record.targets)).toEqual(targets);
  expect(record.endedAt).toBe(outcome === 'running' ? undefined : END);
});

it('a part that knows the end outdoes one that still says running, on whichever host it was found', () => {
  const stale = part('api', { a: 'running', b: 'running' }, 'running');
  const fresh = part('api', { a: 'moved', b: 'moved' }, 'moved');
  for (const parts of [
    [stale, fresh],
    [fresh, stale],
  ]) {
    const record = joinParts({ ...head, planned: ['api'] }, parts, { endedAt: END });
    expect(record).toMatchObject({
      outcome: 'succeeded',
      targets: [{ outcome: 'moved', hosts: [{ outcome: 'moved' }, { outcome: 'moved' }] }],
    });
  }
});

it('a part that comes after the record was written is joined into it', () => {
  const early = joinParts(head, [part('api', { a: 'moved' }, 'moved')], { endedAt: END });
  const late = joinParts(head, [part('web', { a: 'moved' }, 'moved')], { endedAt: END, earlier: early });
  expect(late.outcome).toBe('succeeded');
  expect(outcomes(late.targets)).toEqual({ api: 'moved', web: 'moved' });
});

it('hosts that were stuck and then mended, each by itself, are mended all', () => {
  const one = part('api', { a: 'taken-back', b: 'stuck' }, 'stuck');
  const other = part('api', { a: 'stuck', b: 'taken-back' }, 'stuck');
  const earlier = joinParts({ ...head, planned: ['api'] }, [part('api', { a: 'stuck', b: 'stuck' }, 'stuck')], {
    endedAt: END,
  });
  for (const parts of [
    [one, other],
    [other, one],
  ]) {
    const record = joinParts({ ...head, planned: ['api'] }, parts, { endedAt: END, earlier });
    expect(record).toMatchObject({
      outcome: 'rolled-back',
      targets: [{ outcome: 'taken-back', hosts: [{ outcome: 'taken-back' }, { outcome: 'taken-back' }] }],
    });
  }
});

it('a host whose turn never came does not run on because another one died before it could say so', () => {
  const early = part('api', { a: 'taken-back', b: 'running' }, 'running');
  const late = part('api', { a: 'stuck', b: 'not-reached' }, 'stuck');
  for (const parts of [
    [early, late],
    [late, early],
  ]) {
    expect(joinParts({ ...head, planned: ['api'] }, parts, { endedAt: END })).toMatchObject({
      outcome: 'rolled-back',
      targets: [{ hosts: [{ outcome: 'taken-back' }, { outcome: 'not-reached' }] }],
    });
  }
});
