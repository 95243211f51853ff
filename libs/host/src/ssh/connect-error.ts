import { authFailed, commandCanceled, hostUnreachable, type OpsError } from '@polydev/errors';
import type { LoginPlan } from './auth';
import type { HostKeyCheck } from './host-key';
import type { LoginTrace } from './login';

interface Subject {
  readonly host: string;
  readonly address: string;
}

/** What is known when a connection did not come about. */
export interface ConnectFailure extends Subject {
  readonly error: unknown;
  readonly hostKey: HostKeyCheck;
  readonly plan: LoginPlan;
  readonly trace: LoginTrace;
  readonly timeoutMs: number;
  readonly aborted: boolean;
}

/** The error that says why a connection did not come about. */
export const connectError = (failure: ConnectFailure): OpsError => {
  const { host, address, error, hostKey, plan, trace } = failure;
  if (failure.aborted) return commandCanceled({ host, command: `connect to ${address}` });
  if (hostKey.refusal) return hostKey.refusal;
  if (trace.began) {
    const { tried, accepts } = trace;
    if (isLoginRefusal(error))
      return authFailed({ host, address, tried, accepts, skipped: plan.skipped, hint: plan.hint });
  }
  return hostUnreachable({ host, address, cause: error, ...explain(error, failure.timeoutMs) });
};

/** ssh2's own word, an agent that would not sign, or sshd's disconnect after too many attempts (RFC 4253, 11.1). */
const isLoginRefusal = (error: unknown): boolean => {
  const { level, message = '' } = error as { level?: string; message?: string };
  return (
    level === 'client-authentication' || level === 'agent' || /authentication|not allowed|permitted/i.test(message)
  );
};

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens on that port',
  ENOTFOUND: 'its name is unknown',
  EAI_AGAIN: 'its name could not be looked up',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to its network',
  ETIMEDOUT: 'it does not answer',
  ECONNRESET: 'it closed the connection at once',
  EPIPE: 'it closed the connection at once',
};

const explain = (error: unknown, timeoutMs: number): { reason: string; hint?: string } => {
  const { code, level, message } = firstOf(error);
  const known = typeof code === 'string' ? REASONS[code] : undefined;
  if (known) return { reason: `${known} (${String(code)})` };
  if (level === 'client-timeout') return { reason: `it did not answer within ${timeoutMs / 1000} s` };
  if (/no matching/i.test(message)) {
    return {
      reason: `it offers no method in common with us (${message})`,
      hint: 'Bring OpenSSH on the host up to date, or allow curve25519-sha256 and aes128-gcm@openssh.com in its sshd_config.',
    };
  }
  return { reason: message };
};

interface SystemError {
  readonly code?: unknown;
  readonly level?: string;
  readonly message: string;
  /** Of several tries (IPv6 and IPv4) each one's error; the message is empty then. */
  readonly errors?: readonly SystemError[];
}

const firstOf = (error: unknown): SystemError => {
  const whole = error as SystemError;
  return whole.errors?.[0] ?? whole;
};
