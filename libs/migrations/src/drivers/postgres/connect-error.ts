import {
  databaseAuthFailed,
  databaseCertificateRefused,
  databaseNotReady,
  databaseTlsRefused,
  databaseUnknown,
  databaseUnreachable,
  isOpsError,
  type OpsError,
} from '@polydev/errors';
import { networkReason } from '../network-reason';
import { type ConnectionTarget, addressOf, isThisMachine } from './connection-string';

/** What `pg`, Node's net and tls, and the server throw have in common. */
export interface DriverError extends Error {
  readonly code?: string;
}

/** What the connection was to be made from. */
interface Origin {
  /** Name of the variable with the connection string. */
  readonly variable: string;
  /** Host that was to open the connection, where it was not this machine. */
  readonly seenFrom?: string | undefined;
}

/** The situation behind a connection that did not come about. Never holds the password. */
export const connectError = (error: DriverError, target: ConnectionTarget, origin: Origin): OpsError => {
  if (isOpsError(error)) return error;
  const { variable, seenFrom } = origin;
  const address = addressOf(target);
  const { code = '', message } = error;
  if (message.includes('does not support SSL'))
    return databaseTlsRefused({ address, local: isThisMachine(target.host) });
  const certificate = certificateReason(error, target);
  if (certificate) return databaseCertificateRefused({ address, reason: certificate });
  // pgbouncer hands everything on as a protocol violation, in its own words or the server's.
  if (code === '3D000' || (code === '08P01' && /no such database|database ".*" does not exist/.test(message)))
    return databaseUnknown({ address, database: target.database });
  if (code.startsWith('28') || (code === '08P01' && /auth|password|login/i.test(message))) {
    return databaseAuthFailed({ address, variable, reason: message });
  }
  if (/^S(ASL|CRAM)|password must be/.test(message))
    return databaseAuthFailed({ address, variable, reason: saslReason(message) });
  // 55000: a database that is being restored, or that `allow_connections` closes.
  if (/^(57P|53|55000)/.test(code)) return databaseNotReady({ address, reason: message });
  const reason = `${reachReason(error)}${seenFrom === undefined ? '' : `, as seen from ${seenFrom}`}`;
  return databaseUnreachable({ address, reason, cause: error });
};

const saslReason = (message: string): string =>
  /must be a|empty/.test(message) ? 'it asks for a password, and the connection string has none' : message;

/** Node's names for why a certificate is not trusted (https://nodejs.org/api/tls.html#x509-certificate-error-codes). */
const CERTIFICATE_REASONS: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is signed by itself, not by a CA that is trusted here',
  SELF_SIGNED_CERT_IN_CHAIN: 'its CA is not among those trusted here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its CA is not among those trusted here',
  UNABLE_TO_GET_ISSUER_CERT: 'its CA is not among those trusted here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its CA is not among those trusted here',
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet: compare the clocks of both machines',
  CERT_REVOKED: 'it was revoked',
};

const certificateReason = ({ code = '', message }: DriverError, { host }: ConnectionTarget): string | undefined => {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `it is not for the name ${host}`;
  const known = CERTIFICATE_REASONS[code];
  return known ?? (/certificate/i.test(message) && !/^\d/.test(code) ? message : undefined);
};

const reachReason = ({ code, message }: DriverError): string => {
  if (/timeout/i.test(message)) return 'it does not answer';
  if (code === 'ECONNRESET' || message.includes('terminated unexpectedly')) {
    return 'it closed the connection before the login';
  }
  return networkReason(code) ?? message;
};
