import type { ErrorCode } from './codes';

/**
 * A situation of the user's that we can explain: printed as code, message and hint, never with a stack.
 * Anything else that is thrown is a bug and keeps its stack.
 */
export class OpsError extends Error {
  override readonly name = 'OpsError';

  // eslint-disable-next-line max-params -- the three parts of every message; options are Error's own
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

/** The situations that one was combined of, or it alone. */
const partsOf = (error: OpsError): readonly OpsError[] =>
  Array.isArray(error.cause) && error.cause.every((one) => isOpsError(one)) ? error.cause : [error];

/** Several situations as one error, with every message and every hint; the code is the first one's. */
export const combined = (errors: readonly OpsError[]): OpsError => {
  const single = errors.flatMap(partsOf);
  const [first, ...rest] = single;
  if (!first) throw new Error('There is no error to combine.');
  if (rest.length === 0) return first;
  const hints = new Set(single.map((error) => error.hint));
  return new OpsError(
    first.code,
    single.map((error) => `[${error.code}] ${error.message}`).join('\n'),
    [...hints].join('\n      '),
    {
      cause: single,
    },
  );
};
