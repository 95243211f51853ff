import type { ErrorCode } from './codes';

/**
 * A situation of the user's that we can explain: printed as code, message and hint, never with a stack.
 * Anything else that is thrown is a bug and keeps its stack.
 */
export class OpsError extends Error {
  override readonly name = 'OpsError';

  constructor(
    /** Permanent name of the situation; scripts may match it. */
    readonly code: ErrorCode,
    /** What happened and why; during a change it ends with the state things are in now. */
    message: string,
    /** What to do next, with the command to type. */
    readonly hint: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}

/** Whether a thrown value is a situation of the user's, optionally one with the given code. */
export const isOpsError = (error: unknown, code?: ErrorCode): error is OpsError =>
  error instanceof OpsError && (code === undefined || error.code === code);
