import { diskFull, noPermission, type OpsError, writeFailed } from '@polydev/errors';
import type { Call } from './command-call';
import { type Frame, REPLY } from './frames';

/** A call that is done or not: append, writeFile, release. */
export class WriteCall implements Call {
  readonly shown: string;

  constructor(
    readonly path: string,
    private readonly settle: { readonly resolve: () => void; readonly reject: (error: unknown) => void },
  ) {
    this.shown = `write ${path}`;
  }

  accept({ type }: Frame): boolean {
    if (type === REPLY.done) this.settle.resolve();
    return type === REPLY.done;
  }

  reject(error: unknown): void {
    this.settle.reject(error);
  }
}

/** Numbers of Linux, where the program runs: ENOSPC, EDQUOT; EPERM, EACCES, EROFS. */
const FULL = new Set([28, 122]);
const FORBIDDEN = new Set([1, 13, 30]);

/** The error for a write that the host's system refused. */
export const writeError = (facts: { host: string; path: string; number: number; text: string }): OpsError => {
  const { host, path, number, text } = facts;
  const what = `${path} could not be written`;
  if (FULL.has(number)) return diskFull({ host, what, output: `  ${text}` });
  if (FORBIDDEN.has(number)) return noPermission({ host, what, output: `  ${text}` });
  return writeFailed({ host, path, why: text });
};
