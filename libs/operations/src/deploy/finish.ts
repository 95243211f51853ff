import type { HostRecord } from '@polydev/contract';
import type { DeployInput } from '../operations';
import { sentFiles } from './context';
import { nameOf, recordOf } from './host-record';
import type { Moving } from './move';

/** Takes a host past its point of no return and returns what the record says of it; what cleanup left is warned of. */
export const finish = async ({ report }: Pick<DeployInput, 'report'>, mover: Moving): Promise<HostRecord> => {
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
