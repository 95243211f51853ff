import type { KeptHead } from '@polydev/audit';
import { imagesStatusSchema, type DeploymentHead, type HostRecord } from '@polydev/contract';
import { nameOf, type Planned } from '../deploy/host-record';
import { runProgram } from '../images/program';
import { appendToLog, UNTOUCHED } from './append';
import type { Auditing, EntryFacts } from './auditor';
import { keepElsewhere } from './keep-elsewhere';
import { begunEntry, endedEntry } from './move-entries';

/** A deploy or rollback, as its entries need it. */
export interface MoveAudit extends Omit<Auditing, 'by'> {
  readonly head: Pick<DeploymentHead, 'kind' | 'reason' | 'by'>;
}

/** Writes to the log of every host that it is about to be moved. Throws AUDIT_UNWRITTEN; then nothing is to be moved. */
export const auditBegin = async (audit: MoveAudit, hosts: readonly Planned[]): Promise<void> => {
  await Promise.all(
    hosts.map(async (host) => {
      for (const facts of [...approvalEntries(audit, host), begunEntry(host, audit.head)])
        await write(audit, host, { facts, state: UNTOUCHED });
    }),
  );
};

/**
 * Writes how it ended on every host, and which golden image became active by it; other hosts keep the heads. Throws
 * AUDIT_UNWRITTEN: closing the deployment tries again, and until then it has not ended.
 */
export const auditEnd = async (
  audit: MoveAudit,
  ended: readonly { readonly host: Planned; readonly record: HostRecord }[],
): Promise<void> => {
  const written = ended.map(async ({ host, record }) => {
    const facts = endedEntry(host, audit.head, record);
    const others = record.outcome === 'moved' ? [...secretEntries(host), ...(await imageEntries(host))] : [];
    const heads: KeptHead[] = [];
    for (const one of [...others, ...(facts ? [facts] : [])]) {
      const state = `What was done there stays: ${record.release ?? 'nothing'} serves.`;
      heads.push(await write(audit, host, { facts: one, state }));
    }
    return heads;
  });
  const heads = (await Promise.all(written)).flat();
  await keepElsewhere(
    ended.map(({ host }) => host.shell),
    heads,
    audit.environment,
  );
};

const write = (
  { head, environment, auditor }: MoveAudit,
  { shell }: Planned,
  { facts, state }: { readonly facts: EntryFacts; readonly state: string },
): Promise<KeptHead> =>
  appendToLog(shell, { ...facts, ...auditor?.permission }, { environment, auditor, by: head.by, state });

/** The approval that lets a host be moved: whoever gave it had no need to reach the host. */
const approvalEntries = ({ auditor }: MoveAudit, host: Planned): readonly EntryFacts[] =>
  auditor?.permission?.approver === undefined
    ? []
    : [
        {
          action: 'approval',
          target: host.plan.target,
          host: nameOf(host),
          deployment: host.plan.deployment,
          result: 'succeeded',
        },
      ];

/** The encrypted values that became others, by name. */
const secretEntries = (host: Planned): readonly EntryFacts[] => {
  if (host.newSecrets === undefined) return [];
  const { target, deployment, sha } = host.plan;
  return [
    {
      action: 'secret-changed',
      target,
      host: nameOf(host),
      deployment,
      ...(sha === '' ? {} : { commit: sha }),
      after: host.newSecrets.join(', ') || 'none any more',
      result: 'succeeded',
    },
  ];
};

/** The golden image that a hook or a rollback made active, where it is another one than before. */
const imageEntries = async (host: Planned): Promise<readonly EntryFacts[]> => {
  const { target, deployment, image, digest, sha, commandTimeoutMs } = host.plan;
  if (image?.program === undefined) return [];
  const { active } = await runProgram(host.shell, image.program, {
    settings: image.settings,
    args: ['status'],
    answer: imagesStatusSchema,
    timeoutMs: commandTimeoutMs,
  });
  if (active === undefined || active === image.before) return [];
  return [
    {
      action: 'image-activated',
      target,
      host: nameOf(host),
      deployment,
      ...(sha === '' ? {} : { commit: sha }),
      ...(digest === '' ? {} : { digest }),
      ...(image.before === undefined ? {} : { before: image.before }),
      after: active,
      result: 'succeeded',
    },
  ];
};
