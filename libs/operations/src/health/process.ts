import type { Host } from '@polydev/host';
import { program } from '../programs';

export interface ExpectedProcess {
  /** Seconds since the host's boot. */
  readonly startedAfter: number;
  /** Directory that holds the target's releases. */
  readonly releases: string;
}

interface Listener {
  readonly seen: boolean;
  readonly processes: readonly { readonly pid: number; readonly started: number; readonly cwd: string | null }[];
}

/**
 * Looks at the process that listens on the URL's port, for a service whose answer does not tell its release. It is
 * the new one when it began after the swap; it is wrong when it runs from another release. Where a proxy or another
 * user's process answers, neither can be known: a doubt, said to the user, not a failure.
 */
export const proveProcess = async (
  host: Host,
  url: string,
  expected: { readonly release: string; readonly process?: ExpectedProcess },
): Promise<{ wrong?: string; doubt?: string }> => {
  if (!expected.process) return {};
  const { startedAfter, releases } = expected.process;
  const { port, protocol } = new URL(url);
  const result = await host.exec(program('listener', port || (protocol === 'https:' ? '443' : '80')));
  const { processes } = JSON.parse(result.stdout || '{"seen":false,"processes":[]}') as Listener;
  const own = `${releases}/${expected.release}`;
  const isBelow = (cwd: string | null, directory: string) =>
    cwd === directory || cwd?.startsWith(`${directory}/`) === true;

  const other = processes.find(({ cwd }) => isBelow(cwd, releases) && !isBelow(cwd, own));
  if (other) return { wrong: `process ${other.pid}, which runs from ${other.cwd ?? ''}, still answers` };
  // /proc counts in hundredths of a second.
  if (processes.some(({ started }) => started >= startedAfter - 0.01)) return {};
  return {
    doubt:
      `${url} is healthy, but it cannot be told which release answered: the answer has no \`release\`, and the process ` +
      `that listens ${processes.length === 0 ? 'is not ours to see' : 'began before the swap and runs from elsewhere (a proxy?)'}.`,
  };
};
