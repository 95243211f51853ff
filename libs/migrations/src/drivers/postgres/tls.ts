import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { type ConnectionOptions, type PeerCertificate, checkServerIdentity } from 'node:tls';
import { databaseUrlInvalid } from '@polydev/errors';
import type { ConnectionTarget } from './connection-string';

/**
 * TLS options for a target; `false` = in the clear. The name is checked against the one in the connection string, also where the
 * connection itself goes to a forwarded port. Throws DATABASE_URL_INVALID when the CA's file cannot be used.
 */
export const tlsOptions = (target: ConnectionTarget, variable: string): ConnectionOptions | false => {
  if (target.tls === 'none') return false;
  const { host, tls, caFile } = target;
  return {
    // A name only: RFC 6066, section 3, allows no address there.
    ...(isIP(host) === 0 ? { servername: host } : {}),
    rejectUnauthorized: true,
    checkServerIdentity: (_connectedTo: string, certificate: PeerCertificate) =>
      tls === 'chain' ? undefined : checkServerIdentity(host, certificate),
    ...(caFile && caFile !== 'system' ? { ca: readCa(caFile, variable) } : {}),
  };
};

const readCa = (file: string, variable: string): string => {
  const unusable = (reason: string) =>
    databaseUrlInvalid({ variable, problems: [`the file of its sslrootcert, ${file}, ${reason}`] });
  const text = contentOf(file);
  if (text === undefined) throw unusable('cannot be read');
  // Node ignores what is none, and would then blame the server's certificate.
  if (!text.includes('-----BEGIN CERTIFICATE-----')) throw unusable('holds no certificate in PEM form');
  return text;
};

const contentOf = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};
