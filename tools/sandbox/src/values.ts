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
}

/** The values of the last start; undefined where there was none or the file is damaged, which a start mends. */
export function readValues(path: string): SandboxValues | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as SandboxValues;
  } catch {
    return undefined;
  }
}
