import { SANDBOX_USER, type Layout } from '../layout';
import { replaceFile } from '../replace-file';
import type { SandboxValues } from '../values';

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

/** Writes what clients need to reach the running sandbox: known_hosts, an ssh_config, and the manifest's values. */
export function writeClientFiles(layout: Layout, values: SandboxValues, hostPublic: string): void {
  const names = ['127.0.0.1', 'localhost'].map((name) => `[${name}]:${values.ssh_port}`).join(',');
  replaceFile(layout.knownHosts, `${names} ${hostPublic}\n`);
  replaceFile(layout.sshConfig, sshConfig(layout, values.ssh_port));
  replaceFile(layout.values, `${JSON.stringify(values, undefined, 2)}\n`);
}
