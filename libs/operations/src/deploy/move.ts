import type { HostRecord } from '@polydev/contract';
import { targetLayout } from '../layout';
import type { DeployInput } from '../operations';
import { beginRun } from './begin-run';
import { sentFiles } from './context';
import { deploy } from './deploy';
import { decidedByFirst, nameOf, recordOf } from './host-record';
import { confirmedFile, type Prepared } from './prepare';
import { takeBack, type Failure, type Moving as MovingHost } from './take-back';

type Moving = MovingHost & { readonly prepared: Prepared };

/**
 * Moves the hosts one after another. The first that fails stops the roll; it and every host already moved go back, and
 * no host is past its point of no return before the last one is healthy.
 */
export const moveHosts = async (input: DeployInput, prepared: readonly Prepared[]): Promise<HostRecord[]> => {
  const records = new Map<string, HostRecord>();
  const moving: Moving[] = [];
  for (const host of decidedByFirst(prepared, ({ unchanged }) => unchanged === undefined)) {
    if (host.unchanged) {
      records.set(nameOf(host), await confirm(host, host.unchanged.release));
      continue;
    }
    const { signal, report } = input;
    const mover = await beginRun(host, { runbook: deploy, transfer: host.transfer, signal, report });
    moving.push(mover);
    const forward = await mover.run.forward(input.signal);
    if (!forward.ok) {
      for (const [name, record] of await giveUp(input, moving, forward)) records.set(name, record);
      break;
    }
  }
  for (const mover of moving) {
    if (!records.has(nameOf(mover.prepared))) records.set(nameOf(mover.prepared), await finish(input, mover));
  }
  return prepared.map((host) => records.get(nameOf(host)) ?? recordOf(host, { outcome: 'not-reached' }));
};

const finish = async ({ report }: DeployInput, mover: Moving): Promise<HostRecord> => {
  const { plan, transfer } = mover.prepared;
  const leftovers = await mover.run.commit();
  for (const { step, error } of leftovers) {
    const text = `${step} failed and left something behind: ${error instanceof Error ? error.message : String(error)}`;
    mover.notes.push(text);
    report({ kind: 'warning', text, host: nameOf(mover.prepared), hint: 'The next deploy tries again.' });
  }
  const sent = sentFiles(transfer);
  const files = transfer.artifact.entries.filter(({ type }) => type === 'file').length;
  return recordOf(mover.prepared, {
    outcome: 'moved',
    release: plan.release,
    steps: [...mover.run.timings],
    notes: mover.notes,
    transfer: {
      bytes: transfer.sentBytes ?? sent.reduce((sum, { size }) => sum + size, 0),
      sentFiles: sent.length,
      reusedFiles: files - sent.length,
    },
  });
};

/** The manifest's `rollback_on_failure`, applied to the host that failed and to those moved before it. */
const giveUp = async (
  input: DeployInput,
  moving: readonly Moving[],
  failure: Failure,
): Promise<ReadonlyMap<string, HostRecord>> => {
  const records = new Map<string, HostRecord>();
  for (const mover of [...moving].reverse()) {
    const own = mover === moving.at(-1) ? { failure } : {};
    records.set(
      nameOf(mover.prepared),
      await takeBack({ report: input.report, leave: input.target.rollbackOnFailure === false }, { ...mover, ...own }),
    );
  }
  return records;
};

const confirm = async (host: Prepared, release: string): Promise<HostRecord> => {
  const { plan, shell } = host;
  const file = `${JSON.stringify(confirmedFile(plan, release), null, 2)}\n`;
  await shell.writeFile(targetLayout(plan.stateDir, plan.target).targetFile, file);
  return recordOf(host, { outcome: 'unchanged', release });
};
