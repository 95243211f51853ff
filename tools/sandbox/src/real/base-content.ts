import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a host has besides Debian's own minimum. `libstdc++6` and `libatomic1` are for the machine's Node. */
export const PACKAGES = [
  ...['systemd', 'systemd-sysv', 'dbus', 'openssh-server', 'rsync', 'haproxy', 'perl', 'sudo', 'curl', 'iproute2'],
  ...['procps', 'ca-certificates', 'libstdc++6', 'libatomic1'],
];

/** Units that a host without hardware, login terminals, outside network or package updates has no use for. */
export const MASKED_UNITS = [
  ...['console-getty.service', 'getty@.service', 'systemd-firstboot.service', 'systemd-timesyncd.service'],
  ...['systemd-udevd.service', 'systemd-udev-trigger.service', 'systemd-udevd-control.socket'],
  ...['systemd-udevd-kernel.socket', 'systemd-networkd.service', 'systemd-resolved.service'],
  ...['sys-kernel-debug.mount', 'sys-kernel-tracing.mount', 'sys-kernel-config.mount', 'dev-hugepages.mount'],
  ...['sys-fs-fuse-connections.mount', 'e2scrub_reap.service', 'e2scrub_all.timer', 'apt-daily.timer'],
  ...['apt-daily-upgrade.timer', 'fstrim.timer', 'dpkg-db-backup.timer'],
  // The distribution's own instance; a target's traffic engine is a unit of its own.
  'haproxy.service',
];

const SSHD =
  'UseDNS no\nPermitRootLogin prohibit-password\nPasswordAuthentication no\nMaxStartups 100\nMaxSessions 100\n';

/** Files of a base that a plain Debian has otherwise, by their path below `/`. */
export const FILES: Readonly<Record<string, string>> = {
  'etc/machine-id': '',
  'etc/default/locale': '',
  'etc/hosts': '127.0.0.1 localhost\n::1 localhost\n',
  'etc/ssh/sshd_config.d/polydev.conf': SSHD,
  // The machine's Node is mounted on it at each boot.
  'usr/bin/node': '',
};

/** What nobody reads on these hosts, and what each host has for itself. */
const REMOVED = [
  ...['man', 'doc', 'locale', 'info'].map((name) => `usr/share/${name}`),
  'var/cache/apt',
  'var/lib/apt/lists',
  'etc/hostname',
  ...['rsa', 'ecdsa', 'ed25519'].flatMap((kind) => hostKey(kind)),
];

function hostKey(kind: string): string[] {
  return [`etc/ssh/ssh_host_${kind}_key`, `etc/ssh/ssh_host_${kind}_key.pub`];
}

/** Makes of a fresh Debian tree in `root` what all hosts start from; no key is in it. */
export function prepareBase(root: string): void {
  for (const path of REMOVED) rmSync(join(root, path), { recursive: true, force: true });
  for (const unit of MASKED_UNITS) {
    const path = join(root, 'etc/systemd/system', unit);
    rmSync(path, { force: true });
    symlinkSync('/dev/null', path);
  }
  mkdirSync(join(root, 'etc/ssh/sshd_config.d'), { recursive: true });
  for (const [path, text] of Object.entries(FILES)) writeFileSync(join(root, path), text);
  chmodSync(join(root, 'usr/bin/node'), 0o755);
}
