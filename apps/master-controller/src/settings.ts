import { isAbsolute } from 'node:path';
import { settingsInvalid } from '@polydev/errors';

export interface Settings {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Absolute path of the folder in which deployers leave records and targets. */
  readonly stateDir: string;
  readonly logLevel: string;
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** Returns the settings in `HOST`, `PORT`, `STATE_DIR` and `LOG_LEVEL`. Throws SETTINGS_INVALID with all problems. */
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
  if (problems.length > 0) throw settingsInvalid(problems);
  return { host: env['HOST'] || '127.0.0.1', port: Number(port), stateDir, logLevel };
}
