import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSshd, type TestSshd } from '@polydev/host/testing';
import type { HostConfig } from '@polydev/manifest';

/** Several hosts on one machine: each connection sees its host's own disk at one mount point, in a mount namespace of its own. */
export interface OwnDisks {
  readonly hosts: readonly HostConfig[];
  /** Where every host has its disk. */
  readonly disk: string;
  /** Where a test finds a file of a host's disk. */
  readonly at: (host: string, path: string) => string;
  readonly stop: () => Promise<void>;
}

export const ownDisks = async (names: readonly string[]): Promise<OwnDisks> => {
  const root = mkdtempSync(join(tmpdir(), 'own-disks-'));
  const disk = join(root, 'disk');
  mkdirSync(disk);
  const sshds: TestSshd[] = [];
  const hosts: HostConfig[] = [];
  for (const name of names) {
    mkdirSync(join(root, name));
    const own = `unshare --mount /bin/sh -c 'mount --bind ${join(root, name)} ${disk} && exec /bin/sh -c "$SSH_ORIGINAL_COMMAND"'`;
    const sshd = await startSshd({ config: [`ForceCommand ${own}`] });
    sshds.push(sshd);
    const { port, user, clientKey, knownHostsFile } = sshd;
    hosts.push({ name, address: '127.0.0.1', port, user, identityFile: clientKey.path, knownHostsFile });
  }
  return {
    hosts,
    disk,
    at: (host, path) => join(root, host, path),
    stop: async () => {
      await Promise.all(sshds.map((sshd) => sshd.stop()));
      rmSync(root, { recursive: true, force: true });
    },
  };
};
