import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** The folder of this workspace that holds its sandbox when no other is asked for. */
export const DEFAULT_DIRECTORY = resolve(__dirname, '../../../.sandbox');

/** Name of the one account of the sandbox's SSH server. */
export const SANDBOX_USER = 'sandbox';

/** Where everything of one sandbox is. All paths are absolute and free of symlinks. */
export interface Layout {
  readonly directory: string;
  /** What is `/` on a server: deployed paths are `<root>/opt/…`. */
  readonly root: string;
  readonly home: string;
  readonly temporary: string;
  /** First in the PATH of every command: systemctl, journalctl, and the guards. */
  readonly bin: string;
  readonly units: string;
  readonly logs: string;
  /** The PostgreSQL cluster and the passwords of its roles; made on the first start. */
  readonly database: string;
  readonly values: string;
  readonly daemonFile: string;
  readonly daemonLog: string;
  readonly controlSocket: string;
  readonly clientKey: string;
  readonly hostKey: string;
  readonly knownHosts: string;
  readonly sshConfig: string;
}

const layoutOf = (directory: string): Layout => ({
  directory,
  root: join(directory, 'root'),
  home: join(directory, 'root/home/sandbox'),
  temporary: join(directory, 'root/tmp'),
  bin: join(directory, 'bin'),
  units: join(directory, 'units'),
  logs: join(directory, 'logs'),
  database: join(directory, 'database'),
  values: join(directory, 'values.json'),
  daemonFile: join(directory, 'daemon.json'),
  daemonLog: join(directory, 'sandbox.log'),
  controlSocket: join(directory, 'control.sock'),
  clientKey: join(directory, 'client_key'),
  hostKey: join(directory, 'host_key'),
  knownHosts: join(directory, 'known_hosts'),
  sshConfig: join(directory, 'ssh_config'),
});

function withoutSymlinks(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  const parent = dirname(path);
  return parent === path ? path : join(withoutSymlinks(parent), basename(path));
}

/** The layout of the sandbox in `directory`, whether or not anything is there. */
export const locate = (directory: string): Layout => layoutOf(withoutSymlinks(resolve(directory)));

/** Makes the sandbox's folder if need be, for its owner alone, and returns its layout. */
export function openLayout(directory: string): Layout {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return locate(directory);
}

/** Makes the folders that the sandbox's parts expect. */
export function makeFolders(layout: Layout): void {
  for (const folder of [join(layout.root, 'opt'), layout.home, layout.temporary, layout.bin, layout.units, layout.logs])
    mkdirSync(folder, { recursive: true });
}
