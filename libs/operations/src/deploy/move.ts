import { setTimeout as sleep } from 'node:timers/promises';
import type { HostRecord } from '@polydev/contract';
import { targetLayout } from '../layout';
import type { DeployInput } from '../operations';
import { batchesOf, hostsAtOnce } from './batches';
import { beginRun } from './begin-run';
import { secretsIn } from './secrets';
import { deployRunbook } from './deploy';
import { finish } from './finish';
import { decidedByFirst, nameOf, recordOf } from './host-record';
import { confirmedFile, type Prepared } from './prepare';
import { takeBack, type Failure, type Moving as MovingHost } from './take-back';

export type Moving = MovingHost & { readonly prepared: Prepared };

/** How the roll stands. */
interface Roll {
  readonly input: DeployInput;
  readonly records: Map<string, HostRecord>;
  /** Hosts that were begun, in order. */
  readonly moving: Moving[];
}

/**
 * Moves the hosts batch after batch. A host that fails stops the roll after its batch; it and every host already moved
 * go back, and no host is past its point of no return before the last one is healthy. With `rollback_on_failure: host`
 * each host stands for itself: what has moved stays.
 */
export const moveHosts = async (input: DeployInput, prepared: readonly Prepared[]): Promise<HostRecord[]> => {
  const { rolling, rollbackOnFailure } = input.target;
  const each = rollbackOnFailure === 'host';
  const hosts = each ? prepared : decidedByFirst(prepared, moves);
  const roll: Roll = { input, records: new Map(), moving: [] };
  const movers = hosts.filter(moves);
  let good = true;
  for (const [index, batch] of batchesOf(movers, hostsAtOnce(rolling, movers.length)).entries()) {
    if (index > 0) await pause(input);
    good = await moveBatch(roll, batch);
    if (!good) break;
    if (each) await finishAll(roll);
  }
  await finishAll(roll);
  for (const host of hosts) {
    if (host.unchanged) roll.records.set(nameOf(host), await stays(host, host.unchanged.release, { confirm: good }));
  }
  return prepared.map((host) => roll.records.get(nameOf(host)) ?? recordOf(host, { outcome: 'not-reached' }));
};

const moves = ({ unchanged }: Prepared): boolean => unchanged === undefined;

/** Between two batches, for whoever watches the first. A Ctrl-C ends it; the next host then does not begin. */
const pause = async ({ target, signal, report }: DeployInput): Promise<void> => {
  const { pauseMs } = target.rolling;
  if (pauseMs === 0) return;
  report({ kind: 'note', text: `${target.name}: pausing ${pauseMs / 1000} s before the next hosts` });
  await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
};

/** Moves the hosts of a batch at the same time; returns whether all did. Those that must go back have gone then. */
const moveBatch = async (roll: Roll, batch: readonly Prepared[]): Promise<boolean> => {
  const { input, moving } = roll;
  const { signal, report, environment } = input;
  const settled = await Promise.allSettled(
    batch.map(async (host) => {
      const runbook = deployRunbook(host.plan);
      const { transfer } = host;
      const mover = await beginRun(host, { runbook, environment, transfer, signal, report, ...secretsIn(input) });
      moving.push(mover);
      return { mover, forward: await mover.run.forward(signal) };
    }),
  );
  const failures = new Map<Moving, Failure>();
  for (const one of settled) {
    if (one.status === 'fulfilled' && !one.value.forward.ok) failures.set(one.value.mover, one.value.forward);
  }
  const thrown = settled.find((one) => one.status === 'rejected');
  if (failures.size === 0 && thrown === undefined) return true;
  await giveUp(roll, failures);
  // A host on which the run could not even be begun: nothing was done there.
  if (thrown !== undefined) throw thrown.reason;
  return false;
};

/** The manifest's `rollback_on_failure`, applied to the hosts that failed and to those moved before them. */
const giveUp = async ({ input, records, moving }: Roll, failures: ReadonlyMap<Moving, Failure>): Promise<void> => {
  const { rollbackOnFailure } = input.target;
  for (const mover of moving.toReversed()) {
    const failure = failures.get(mover);
    if (rollbackOnFailure === 'host' && failure === undefined) continue;
    const how = { report: input.report, leave: rollbackOnFailure === false };
    records.set(nameOf(mover.prepared), await takeBack(how, { ...mover, ...(failure ? { failure } : {}) }));
  }
};

/** Takes every host that moved and did not go back past its point of no return: first the one that decides for all. */
const finishAll = async ({ input, records, moving }: Roll): Promise<void> => {
  const [first, ...rest] = moving.filter(({ prepared }) => !records.has(nameOf(prepared)));
  const end = async (mover: Moving) => void records.set(nameOf(mover.prepared), await finish(input, mover));
  if (first !== undefined) await end(first);
  await Promise.all(rest.map(end));
};

/** A host on which this very release is live; where the deployment is good, it is written down as its commit. */
const stays = async (
  host: Prepared,
  release: string,
  { confirm }: { readonly confirm: boolean },
): Promise<HostRecord> => {
  const { plan, shell } = host;
  if (confirm) {
    const file = `${JSON.stringify(confirmedFile(plan, release), null, 2)}\n`;
    await shell.writeFile(targetLayout(plan.stateDir, plan.target).targetFile, file);
  }
  return recordOf(host, { outcome: 'unchanged', release });
};
