import type { AuthHandlerMiddleware } from 'ssh2';
import type { Attempt } from './auth';

/** What happened while logging in. */
export interface LoginTrace {
  /** Whether it came to that: the host's key was accepted. */
  began: boolean;
  readonly tried: string[];
  /** Methods that the host would take, as it said last. */
  accepts: readonly string[];
}

/** Goes through the attempts in order, leaving out methods that the host does not take. */
export const tryInOrder = (
  attempts: readonly Attempt[],
  username: string,
  trace: LoginTrace,
): AuthHandlerMiddleware => {
  const rest = [...attempts];
  return (methods: readonly string[] | null, _partial, next) => {
    trace.began = true;
    trace.accepts = methods ?? trace.accepts;
    // `none` is the question which methods there are (RFC 4252, 5.2).
    if (!methods && rest.length === 0) return next({ type: 'none', username });
    let attempt = rest.shift();
    while (attempt && methods && !methods.includes(attempt.wire)) attempt = rest.shift();
    // ssh2 takes `false` for "there is nothing left"; its types do not say so.
    if (!attempt) return next(false as never);
    trace.tried.push(attempt.shown);
    next(attempt.method);
  };
};
