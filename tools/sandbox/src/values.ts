import { readFileSync } from 'node:fs';

/** What `.deploy.yaml` needs to know of a sandbox: its environment reads this file through `values:`. */
export interface SandboxValues {
  /** Absolute path of the folder that stands for `/`. */
  readonly root: string;
  readonly ssh_port: number;
  readonly user: string;
  readonly client_key: string;
  readonly known_hosts: string;
  readonly master_controller_port: number;
  readonly frontend_port: number;
  readonly database_port: number;
}

/** Variable that holds the database's connection string: in the values' file, and in the service that uses it. */
export const DATABASE_VARIABLE = 'DATABASE_URL';

/**
 * The values of the last start, without the one that is a secret; undefined where there was none or the file is damaged,
 * which a start mends.
 */
export function readValues(path: string): SandboxValues | undefined {
  try {
    const { [DATABASE_VARIABLE]: _secret, ...values } = JSON.parse(readFileSync(path, 'utf8')) as SandboxValues & {
      readonly [DATABASE_VARIABLE]?: string;
    };
    return values;
  } catch {
    return undefined;
  }
}
