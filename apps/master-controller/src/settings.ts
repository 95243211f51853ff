import { hostname } from 'node:os';
import { isAbsolute } from 'node:path';
import { settingsInvalid } from '@polydev/errors';

export interface Settings {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Absolute path of the folder in which deployers leave records and targets. */
  readonly stateDir: string;
  readonly logLevel: string;
  /** Connection string of the database that the history is mirrored into; undefined = it is not. */
  readonly databaseUrl: string | undefined;
  /** What this host is called there. */
  readonly hostName: string;
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/**
 * Returns the settings in `HOST`, `PORT`, `STATE_DIR`, `LOG_LEVEL`, `DATABASE_URL` and `HOST_NAME`. Throws SETTINGS_INVALID
 * with all problems.
 */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const port = env['PORT'] || '4000';
  const stateDir = env['STATE_DIR'] || '/opt/polydev-ai';
  const logLevel = env['LOG_LEVEL'] || 'info';
  const problems: string[] = [];
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    problems.push(`PORT is ${JSON.stringify(port)}; it must be 0 to 65535`);
  }
  if (!isAbsolute(stateDir)) problems.push(`STATE_DIR is ${JSON.stringify(stateDir)}; it must be an absolute path`);
  if (!LOG_LEVELS.includes(logLevel)) {
    problems.push(`LOG_LEVEL is ${JSON.stringify(logLevel)}; it must be one of ${LOG_LEVELS.join(', ')}`);
  }
  const databaseUrl = env['DATABASE_URL'] || undefined;
  // Its text is not shown: it may hold a password.
  if (databaseUrl !== undefined && !/^postgres(ql)?:\/\//.test(databaseUrl)) {
    problems.push('DATABASE_URL is no connection string; it must begin with postgres://');
  }
  if (problems.length > 0) throw settingsInvalid(problems);
  const hostName = env['HOST_NAME'] || hostname();
  return { host: env['HOST'] || '127.0.0.1', port: Number(port), stateDir, logLevel, databaseUrl, hostName };
}
