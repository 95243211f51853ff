import { copyFileSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { chmodSync } from 'node:fs';
import type { Layout } from '../layout';

const SOURCES = resolve(__dirname, '../../shims');

/** Which of the sandbox's programs answers to which names. */
const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  'guarded-shell.pl': ['sh', 'bash'],
  'control.pl': ['systemctl', 'journalctl'],
  // They act on the whole machine, whatever they are given.
  'refused.pl': [
    ...['sudo', 'su', 'doas', 'pkexec', 'service', 'reboot', 'shutdown', 'poweroff', 'halt'],
    ...['pkill', 'killall', 'apt', 'apt-get', 'crontab'],
  ],
};

/** Writes the sandbox's own programs into its `bin`, which comes first in the PATH, and removes what else is there. */
export function installShims(layout: Layout): void {
  const names = Object.values(PROGRAMS).flat();
  for (const stale of readdirSync(layout.bin)) if (!names.includes(stale)) rmSync(join(layout.bin, stale));
  for (const [source, targets] of Object.entries(PROGRAMS))
    for (const target of targets) {
      copyFileSync(join(SOURCES, source), join(layout.bin, target));
      chmodSync(join(layout.bin, target), 0o755);
    }
}
