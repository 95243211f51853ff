import type { HostShell } from '@polydev/host';
import type { Journal, JournalEntry } from '@polydev/runbook';

/** The journal of a target on its host: one JSON line an entry, on disk before the call is done. */
export const hostJournal = (shell: HostShell, path: string): Journal => ({
  write: (entry) => shell.append(path, JSON.stringify(withheld(shell, entry))),
});

/** Why a step failed may hold what a program wrote. */
const withheld = ({ host: { redact } }: HostShell, entry: JournalEntry): JournalEntry =>
  redact && 'error' in entry ? { ...entry, error: redact(entry.error) } : entry;
