import { SANDBOX_USER, type Layout } from '../layout';
import { replaceFile } from '../replace-file';
import { databaseUrl, OWNER, type Passwords } from '../database';
import { DATABASE_VARIABLE, type SandboxValues } from '../values';

const quoted = (path: string) => `"${path.replace(/["\\]/g, '\\$&')}"`;

function sshConfig(layout: Layout, sshPort: number): string {
  return [
    '# ssh -F <this file> sandbox',
    'Host sandbox',
    '  HostName 127.0.0.1',
    `  Port ${sshPort}`,
    `  User ${SANDBOX_USER}`,
    `  IdentityFile ${quoted(layout.clientKey)}`,
    '  IdentitiesOnly yes',
    '  IdentityAgent none',
    `  UserKnownHostsFile ${quoted(layout.knownHosts)}`,
    '  GlobalKnownHostsFile /dev/null',
    '  StrictHostKeyChecking yes',
    '',
  ].join('\n');
}

/** What a client is told of a sandbox. */
export interface ClientFacts {
  readonly values: SandboxValues;
  /** As known_hosts has it. */
  readonly hostPublic: string;
  readonly passwords: Passwords;
}

/** Writes what clients need to reach the running sandbox: known_hosts, an ssh_config, and the manifest's values. */
export function writeClientFiles(layout: Layout, { values, hostPublic, passwords }: ClientFacts): void {
  const names = ['127.0.0.1', 'localhost'].map((name) => `[${name}]:${values.ssh_port}`).join(',');
  replaceFile(layout.knownHosts, `${names} ${hostPublic}\n`);
  replaceFile(layout.sshConfig, sshConfig(layout, values.ssh_port));
  const url = databaseUrl({ user: OWNER, password: passwords.owner, port: values.database_port });
  replaceFile(layout.values, `${JSON.stringify({ ...values, [DATABASE_VARIABLE]: url }, undefined, 2)}\n`, 0o600);
}
