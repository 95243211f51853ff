import { closeSync, openSync, writeSync } from 'node:fs';

/** Where the hook that runs after the tasks can be read by the user. */
export interface Terminal {
  readonly write: (text: string) => void;
  readonly close: () => void;
  /** Whether anybody sees what is written. */
  readonly visible: boolean;
}

export interface TerminalFacts {
  /** Process id of the Nx that the user started. */
  readonly nx: number | undefined;
  /** Whether the run was interrupted. */
  readonly stopped: boolean;
}

/**
 * Finds a way to the user's terminal. Usually standard error: results of commands stay apart. Nx hides it, though, once
 * a run was interrupted, and its daemon has no terminal; on Linux Nx's own can then be opened (proc(5), `/proc/<pid>/fd`),
 * unless it is a socket.
 */
export const openTerminal = ({ nx, stopped }: TerminalFacts): Terminal => {
  const hidden = stopped || process.env['NX_DAEMON_PROCESS'] === 'true';
  if (!hidden) return standardError;
  const descriptor = nx === undefined ? undefined : openStandardError(nx);
  // Nx prints nothing either after an interruption, and an error would replace the exit code that tells of it.
  if (descriptor === undefined) return { ...nowhere, visible: stopped };
  return {
    write: (text) => {
      writeSync(descriptor, text);
    },
    close: () => {
      closeSync(descriptor);
    },
    visible: true,
  };
};

const standardError: Terminal = {
  write: (text) => {
    process.stderr.write(text);
  },
  close: () => undefined,
  visible: true,
};
const nowhere = { write: () => undefined, close: () => undefined };

const openStandardError = (process: number): number | undefined => {
  try {
    return openSync(`/proc/${process}/fd/2`, 'a');
  } catch {
    return undefined;
  }
};
