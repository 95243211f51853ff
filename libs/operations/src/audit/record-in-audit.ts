import type { KeptHead } from '@polydev/audit';
import { auditUnwritten } from '@polydev/errors';
import type { Host, HostShell } from '@polydev/host';
import { withHosts } from '../connect';
import { auditLayout, recordLayout } from '../layout';
import type { OperationContext } from '../operations';
import { openWhenFree, PATIENT } from '../record/lock';
import { appendToLog, UNTOUCHED } from './append';
import type { Auditing, EntryFacts } from './auditor';
import { keepElsewhere } from './keep-elsewhere';

/**
 * Writes what happens on no host (an approval, a changed secret, a migration) to the log of every host: what stands in all
 * of them is the environment's own log, and outlives any one. Throws AUDIT_UNWRITTEN where a host does not take it, with
 * `state` for what that leaves.
 */
export const recordInAudit = (
  context: OperationContext & { readonly by: string },
  facts: EntryFacts,
  state: string = UNTOUCHED,
): Promise<readonly KeptHead[]> =>
  withHosts(context.environment, context.signal, (hosts) => recordOnHosts(hosts, facts, { ...context, state }));

/** The same over open connections. One moment for all: what is the same in several logs is shown once. */
export const recordOnHosts = async (
  hosts: readonly Host[],
  facts: EntryFacts,
  auditing: Auditing & { readonly state: string },
): Promise<readonly KeptHead[]> => {
  const at = new Date().toISOString();
  const settled = await Promise.allSettled(hosts.map((host) => openForAudit(host, facts, { ...auditing, at })));
  const shells = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  try {
    const failed = settled.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
    const heads = await Promise.all(shells.map((shell) => appendToLog(shell, facts, { ...auditing, at })));
    await keepElsewhere(shells, heads, auditing.environment);
    return heads;
  } finally {
    await Promise.all(shells.map((shell) => shell.release().catch(() => undefined)));
  }
};

const openForAudit = async (
  host: Host,
  { action }: EntryFacts,
  { environment, by, state, at }: Auditing & { readonly state: string; readonly at: string },
): Promise<HostShell> => {
  const { lock } = recordLayout(environment.stateDir);
  const head = { id: action, by, startedAt: at };
  const shell = await openWhenFree(host, { target: 'deployment records', lockFile: lock, head, tries: PATIENT });
  if (shell) return shell;
  const why = 'Somebody else has been recording all the while.';
  throw auditUnwritten({ host: host.name, file: auditLayout(environment.stateDir).log, what: action, why, state });
};
