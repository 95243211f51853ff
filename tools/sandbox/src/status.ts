import { askDaemon } from './control-client';
import { readDaemonFile } from './daemon-file';
import { locate } from './layout';
import { currentBoot, isRunning, membersOf } from './processes';
import type { UnitView } from './unit-view';
import { readValues, type SandboxValues } from './values';

/** What a sandbox is doing. `leftovers` counts processes of it that nobody supervises any more. */
export type SandboxStatus =
  | {
      readonly state: 'running';
      readonly directory: string;
      readonly pid: number;
      readonly since: string;
      readonly values: SandboxValues;
      readonly units: readonly UnitView[];
    }
  | { readonly state: 'stopped'; readonly directory: string; readonly leftovers: number }
  | {
      /** It ended without being stopped: killed, or the machine was started anew. */
      readonly state: 'died';
      readonly directory: string;
      readonly since: string;
      readonly cause: 'killed' | 'machine restarted';
      readonly leftovers: number;
    }
  | { readonly state: 'not answering'; readonly directory: string; readonly pid: number; readonly since: string };

/** Looks at the sandbox in the folder `where` and changes nothing. */
export async function sandboxStatus(where: string): Promise<SandboxStatus> {
  const layout = locate(where);
  const { directory } = layout;
  const daemon = readDaemonFile(layout.daemonFile);
  const leftovers = () => membersOf(directory).length;
  if (!daemon) return { state: 'stopped', directory, leftovers: leftovers() };
  const { pid, startedAt: since } = daemon;
  if (!isRunning(daemon)) {
    const cause = daemon.boot === currentBoot() ? 'killed' : 'machine restarted';
    return { state: 'died', directory, since, cause, leftovers: leftovers() };
  }
  const units = await askDaemon(layout.controlSocket, ['units']);
  const values = readValues(layout.values);
  if (units === undefined || !values) return { state: 'not answering', directory, pid, since };
  return { state: 'running', directory, pid, since, values, units: JSON.parse(units) as UnitView[] };
}
