import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { mustRun } from './command';

/** What an SSH client needs to get into a host as root. Paths are absolute. */
export interface SshAccess {
  readonly user: 'root';
  readonly identityFile: string;
  readonly knownHostsFile: string;
}

const newKey = (file: string, comment: string) =>
  mustRun(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', file]);

/** Makes the key that lets a session into its hosts, and an empty list of known hosts. */
export async function makeSshAccess(directory: string): Promise<SshAccess> {
  const identityFile = join(directory, 'client_key');
  const knownHostsFile = join(directory, 'known_hosts');
  await newKey(identityFile, 'real-hosts');
  writeFileSync(knownHostsFile, '');
  return { user: 'root', identityFile, knownHostsFile };
}

/** Writes a host's own key and who may enter onto its disk, before its first boot. Returns the public key: type and base64. */
export async function writeHostKeys(disk: string, access: SshAccess): Promise<string> {
  const hostKey = join(disk, 'etc/ssh/ssh_host_ed25519_key');
  const authorized = join(disk, 'root/.ssh/authorized_keys');
  mkdirSync(dirname(hostKey), { recursive: true, mode: 0o755 });
  mkdirSync(dirname(authorized), { recursive: true, mode: 0o700 });
  await newKey(hostKey, 'host');
  writeFileSync(authorized, readFileSync(`${access.identityFile}.pub`), { mode: 0o600 });
  return readFileSync(`${hostKey}.pub`, 'utf8').split(' ').slice(0, 2).join(' ').trim();
}
