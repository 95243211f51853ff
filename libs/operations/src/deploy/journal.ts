import type { HostShell } from '@polydev/host';
import type { Journal } from '@polydev/runbook';

/** The journal of a target on its host: one JSON line an entry, on disk before the call is done. */
export const hostJournal = (shell: HostShell, path: string): Journal => ({
  write: (entry) => shell.append(path, JSON.stringify(entry)),
});
