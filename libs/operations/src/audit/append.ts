import { appendEntry, canonicalJson, endOfLog, hostLog, signHead, type KeptHead } from '@polydev/audit';
import { auditUnwritten, isOpsError } from '@polydev/errors';
import type { HostShell } from '@polydev/host';
import { answerOf } from '../deploy/state';
import { auditLayout } from '../layout';
import { program } from '../programs';
import { entryOf, type Auditing, type EntryFacts } from './auditor';

/** State that things are in when the entry of an intent cannot be written. */
export const UNTOUCHED = 'Nothing was touched.';

/**
 * Writes an entry to the log of a host, with its head beside it, and returns the head, signed where a key is set. A writer
 * that dies leaves the entry whole or not at all. Throws AUDIT_UNWRITTEN, with `state` for what that leaves.
 */
export const appendToLog = async (
  shell: HostShell,
  facts: EntryFacts,
  { state, ...auditing }: Auditing & { readonly state: string },
): Promise<KeptHead> => {
  const { environment, auditor } = auditing;
  try {
    const head = await append(shell, facts, auditing);
    auditor?.keepHeads?.([head]);
    return head;
  } catch (error) {
    if (!isOpsError(error) || !OF_THE_FILE.has(error.code)) throw error;
    const what = [facts.action, facts.target].filter(Boolean).join(' of ');
    const file = auditLayout(environment.stateDir).log;
    throw auditUnwritten({ host: shell.host.name, file, what, why: error.message, state });
  }
};

/** What else can go wrong, a connection that is lost or a key that does not sign, says itself what it is. */
const OF_THE_FILE: ReadonlySet<string> = new Set(['COMMAND_FAILED', 'DISK_FULL', 'NO_PERMISSION']);

const append = async (shell: HostShell, facts: EntryFacts, auditing: Auditing): Promise<KeptHead> => {
  const { name, stateDir, signingKey } = auditing.environment;
  const { host } = shell;
  const { log: file, heads } = auditLayout(stateDir);
  const log = hostLog(name, host.name);
  // Runs of other targets write to the same file. Whoever is late finds another end and makes the entry anew: each turn
  // that is lost here is an entry of somebody else's.
  for (;;) {
    const end = await answerOf<{ size: number; text: string }>(host, host.exec(program('audit', 'read', file, log)));
    const { line, head } = appendEntry(endOfLog(end.text, log), entryOf(auditing, facts));
    const kept = signingKey === undefined ? head : await signHead(head, { file: signingKey });
    const stdin = `${line}\n${canonicalJson(kept)}\n`;
    const command = program('audit', 'append', file, heads, String(end.size));
    if ((await answerOf<{ taken: boolean }>(host, shell.run(command, { stdin }))).taken) return kept;
  }
};
