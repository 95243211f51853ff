import type { TargetRecord } from '@polydev/contract';
import type { Host } from '@polydev/host';
import { recordLayout } from '../layout';
import type { DeployDatabaseInput } from '../operations';
import { openWhenFree, PATIENT } from '../record/lock';
import { writePart } from '../record/parts';

type Writing = Pick<DeployDatabaseInput, 'environment' | 'head' | 'target' | 'report'>;

/** Writes a database's part of a deployment to every host, over what stood there of it. */
export const writeParts = async (hosts: readonly Host[], part: TargetRecord, writing: Writing): Promise<void> => {
  await Promise.all(hosts.map((host) => writeTo(host, part, writing)));
};

/** A part that cannot be written changes nothing of what was migrated: the database has its own record. */
const writeTo = async (
  host: Host,
  part: TargetRecord,
  { environment: { stateDir }, head, target, report }: Writing,
): Promise<void> => {
  const lock = { target: 'deployment records', lockFile: recordLayout(stateDir).lock, head, tries: PATIENT };
  const shell = await openWhenFree(host, lock);
  if (!shell) {
    const text = `What became of ${target} could not be recorded: somebody else is recording.`;
    return report({ kind: 'warning', host: host.name, text, hint: `\`npx nx run ${target}:status\` shows it.` });
  }
  try {
    await writePart([shell], stateDir, { head, part });
  } finally {
    await shell.release().catch(() => undefined);
  }
};
