import type { HostRecord } from '@polydev/contract';
import { beginRun } from '../deploy/begin-run';
import { secretsIn } from '../deploy/secrets';
import { nameOf, recordOf } from '../deploy/host-record';
import { takeBack, type Failure, type Moving } from '../deploy/take-back';
import { probe } from '../health/probe';
import type { RollbackInput } from '../operations';
import type { Prepared } from './rollback-targets';
import { rollbackRunbook } from './rollback';

type MovingBack = Moving & { readonly prepared: Prepared };

/**
 * Moves one target after another, host by host. None is past its point of no return before the last one is healthy: the
 * first that fails sends all back to what served before the rollback.
 */
export const moveBack = async (
  input: RollbackInput,
  prepared: readonly Prepared[],
): Promise<ReadonlyMap<Prepared, HostRecord>> => {
  const records = new Map<Prepared, HostRecord>();
  const moving: MovingBack[] = [];
  for (const host of prepared) {
    if (host.unchanged) {
      records.set(host, await confirm(input, host));
      continue;
    }
    const { signal, report, environment } = input;
    report({ kind: 'headline', text: `${host.plan.target} on ${nameOf(host)} → ${host.plan.release}` });
    const runbook = rollbackRunbook(host.plan);
    const mover = await beginRun(host, { runbook, environment, signal, report, ...secretsIn(input) });
    moving.push(mover);
    const forward = await mover.run.forward(input.signal);
    if (!forward.ok) {
      await giveUp(moving, forward, { input, records });
      break;
    }
  }
  for (const mover of moving) {
    if (!records.has(mover.prepared)) records.set(mover.prepared, await finish(mover));
  }
  return new Map(prepared.map((host) => [host, records.get(host) ?? recordOf(host, { outcome: 'not-reached' })]));
};

const giveUp = async (
  moving: readonly MovingBack[],
  failure: Failure,
  { input, records }: { readonly input: RollbackInput; readonly records: Map<Prepared, HostRecord> },
): Promise<void> => {
  for (const mover of moving.toReversed()) {
    const own = mover === moving.at(-1) ? { failure } : {};
    records.set(mover.prepared, await takeBack({ report: input.report, leave: false }, { ...mover, ...own }));
  }
};

const finish = async ({ prepared, run, notes }: MovingBack): Promise<HostRecord> => {
  await run.commit();
  return recordOf(prepared, {
    outcome: 'moved',
    release: prepared.plan.release,
    steps: [...run.timings],
    notes: [...(prepared.aim.choice.doubt === undefined ? [] : [prepared.aim.choice.doubt]), ...notes],
  });
};

/** The release serves already: nothing is done, and how it does is said. */
const confirm = async ({ report, signal }: RollbackInput, prepared: Prepared): Promise<HostRecord> => {
  const { plan, shell, aim } = prepared;
  const seen = plan.healthCheck ? await probe(shell.host, plan.healthCheck, signal) : undefined;
  const text = `${plan.target} runs ${plan.release} already${seen === undefined ? '' : seen.ok ? ', healthy' : `, and is not healthy: ${seen.seen}`}; nothing was done.`;
  report({ kind: seen?.ok === false ? 'warning' : 'note', host: nameOf(prepared), text });
  report({
    kind: 'table',
    title: `What ${nameOf(prepared)} keeps of ${plan.target}, newest first`,
    columns: ['sha', 'release', 'state'],
    rows: aim.choice.available.slice(0, 20).map(({ sha, release, state }) => [sha?.slice(0, 12) ?? '', release, state]),
  });
  return recordOf(prepared, {
    outcome: 'unchanged',
    release: plan.release,
    ...(seen?.ok === false ? { notes: [text] } : {}),
  });
};
