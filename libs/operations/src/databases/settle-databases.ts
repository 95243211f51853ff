import type { DeploymentPart } from '@polydev/contract';
import type { Host } from '@polydev/host';
import { recordOnHosts } from '../audit/record-in-audit';
import type { CloseInput } from '../operations';
import type { OpenDeployment } from '../record/parts';
import { partOf } from './deploy-database';
import { endedFacts, entryOf, STAYS } from './entries';
import { writeParts } from './write-parts';

/**
 * Writes how migrations ended that had been begun and told no more: the database is asked, which has a record of each file. What still
 * runs, or cannot be asked, stays open for whoever comes next.
 */
export const settleDatabases = async (
  hosts: readonly Host[],
  open: readonly OpenDeployment[],
  { environment, report, auditor, askDatabase }: CloseInput,
): Promise<void> => {
  if (!askDatabase) return;
  for (const { head, part } of begunIn(open)) {
    const { target, schema = {} } = part;
    const ended = await askDatabase({ target, deployment: head.id, schema });
    if (ended.outcome === 'unknown') continue;
    const own = { environment, report, target, head, ...(auditor ? { auditor } : {}) };
    const startedAt = part.startedAt ?? head.startedAt;
    const settled = partOf(ended, { target, startedAt, endedAt: new Date().toISOString() });
    await recordOnHosts(hosts, entryOf(own, endedFacts(ended)), { environment, auditor, by: head.by, state: STAYS });
    await writeParts(hosts, settled, own);
  }
};

/** Each once, though every host has it; not what one host has as running still and another knows the end of. */
const begunIn = (open: readonly OpenDeployment[]): readonly DeploymentPart[] => {
  const parts = open.flatMap((one) => one.parts).filter(({ part }) => part.schema !== undefined);
  const key = ({ head, part }: DeploymentPart) => `${head.id} ${part.target}`;
  const ended = new Set(parts.filter(({ part }) => part.outcome !== 'running').map(key));
  return [...new Map(parts.map((one) => [key(one), one])).values()].filter((one) => !ended.has(key(one)));
};
