import { databaseTlsRequired, databaseUrlInvalid } from '@polydev/errors';

/** How far the server's certificate is checked; `none` only on this machine. */
export type TlsCheck = 'none' | 'chain' | 'chain-and-name';

/** A connection string, taken apart. Holds the password: for the driver only. */
export interface ConnectionTarget {
  /** Host name, address, or the directory of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string | undefined;
  readonly tls: TlsCheck;
  /** File with the CA certificates to trust; undefined = those of Node. */
  readonly caFile: string | undefined;
  readonly applicationName: string;
  /** How long to wait for the server to let us in. */
  readonly connectTimeoutMs: number;
}

/** What a connection string may ask for behind `?`, of libpq's list (https://www.postgresql.org/docs/current/libpq-connect.html). */
const PARAMETERS = [
  ...['sslmode', 'sslrootcert', 'application_name', 'connect_timeout'],
  ...['host', 'port', 'user', 'password', 'dbname'],
];
const DEFAULT_PORT = 5432;
const DEFAULT_CONNECT_TIMEOUT_S = '10';

/**
 * Takes a connection string apart. Throws DATABASE_URL_INVALID with all that is wrong with it, never with its password;
 * DATABASE_TLS_REQUIRED where it asks for a connection in the clear to another machine.
 */
export const parseConnectionString = (text: string, variable: string): ConnectionTarget => {
  const url = URL.canParse(withHost(text)) ? new URL(withHost(text)) : undefined;
  if (!url || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw databaseUrlInvalid({ variable, problems: ['it is not a URL that begins with `postgres://`'] });
  }
  const problems: string[] = [];
  const part = (name: string, raw: string): string | undefined =>
    decoded(url.searchParams.get(name) ?? raw, { name, problems });
  // A Unix socket's directory arrives either as `?host=/run/postgresql` or percent-encoded in the place of the host.
  const host = part('host', url.hostname === NO_HOST ? '' : url.hostname.replace(/^\[|\]$/g, '')) ?? '127.0.0.1';
  const user = part('user', url.username);
  const database = part('dbname', url.pathname.slice(1)) ?? user;
  const password = part('password', url.password);
  const port = Number(url.searchParams.get('port') ?? (url.port || DEFAULT_PORT));

  // Without a user, what stands behind a `?` may be the rest of a password that nobody escaped: it is not shown.
  if (user !== undefined) problems.push(...unknownParameters(url));
  if (user === undefined) problems.push('it names no user');
  if (!Number.isInteger(port) || port < 1 || port > 65_535) problems.push('its port is not a number from 1 to 65535');
  const timeout = url.searchParams.get('connect_timeout') ?? DEFAULT_CONNECT_TIMEOUT_S;
  if (!/^[1-9]\d{0,3}$/.test(timeout)) problems.push('its connect_timeout is not a number of seconds from 1 to 9999');
  const sslmode = url.searchParams.get('sslmode') ?? undefined;
  if (sslmode !== undefined && !(sslmode in TLS_CHECKS))
    problems.push(`its sslmode is not one of ${Object.keys(TLS_CHECKS).join(', ')}`);
  if (problems.length > 0 || user === undefined || database === undefined)
    throw databaseUrlInvalid({ variable, problems });

  return {
    ...{ host, port, database, user, password },
    tls: tlsCheck({ sslmode, host, variable }),
    caFile: url.searchParams.get('sslrootcert') ?? undefined,
    applicationName: url.searchParams.get('application_name') ?? 'polydev-migrations',
    connectTimeoutMs: Number(timeout) * 1000,
  };
};

/** `postgres://user@/db?host=/run/postgresql` is libpq's form for a socket; a URL must have a host. */
const NO_HOST = 'no-host.invalid';
const withHost = (text: string): string => text.replace(/^([a-z]+:\/\/(?:[^/?#]*@)?)(?=[/?#]|$)/, `$1${NO_HOST}`);

const decoded = (raw: string, { name, problems }: { name: string; problems: string[] }): string | undefined => {
  if (raw === '') return undefined;
  try {
    return decodeURIComponent(raw);
  } catch {
    problems.push(`its ${name} holds a \`%\` that is not the beginning of an escape`);
    return undefined;
  }
};

const unknownParameters = (url: URL): readonly string[] => {
  const unknown = [...new Set(url.searchParams.keys())].filter((key) => !PARAMETERS.includes(key));
  return unknown.length === 0
    ? []
    : [`it has parameters that mean nothing here: ${unknown.join(', ')} (known are ${PARAMETERS.join(', ')})`];
};

/** libpq's modes. `require` does not verify there; here whatever is encrypted is verified. */
const TLS_CHECKS: Readonly<Record<string, TlsCheck>> = {
  disable: 'none',
  allow: 'none',
  prefer: 'none',
  require: 'chain-and-name',
  'verify-ca': 'chain',
  'verify-full': 'chain-and-name',
};

const tlsCheck = (facts: { sslmode: string | undefined; host: string; variable: string }): TlsCheck => {
  const { sslmode, host, variable } = facts;
  if (sslmode === undefined) return isThisMachine(host) ? 'none' : 'chain-and-name';
  const check = TLS_CHECKS[sslmode] ?? 'chain-and-name';
  if (check === 'none' && !isThisMachine(host)) throw databaseTlsRequired({ variable, host, sslmode });
  return check;
};

/** Whether what is sent to a host stays on the machine: loopback, or a Unix socket. */
export const isThisMachine = (host: string): boolean =>
  host.startsWith('/') || host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

/** Where it is, without the password; as the record and the messages show it. */
export const addressOf = (target: ConnectionTarget): string => {
  const { host, port, database, user } = target;
  const where = host.startsWith('/') ? '' : `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return `postgres://${encodeURIComponent(user)}@${where}/${encodeURIComponent(database)}${host.startsWith('/') ? `?host=${host}` : ''}`;
};
