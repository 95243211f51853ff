import { mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execaSync } from 'execa';

const mount = (at: string, options: string) =>
  execaSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', at], { reject: false });
const unmount = (at: string) => execaSync('umount', ['--lazy', at]);

/** Why no file system can be mounted here; undefined where it can. */
const whyNot = (): string | undefined => {
  const at = mkdtempSync(join(tmpdir(), 'tmpfs-'));
  const { exitCode, stderr } = mount(at, 'size=64k');
  if (exitCode === 0) unmount(at);
  rmdirSync(at);
  return exitCode === 0 ? undefined : `no tmpfs can be mounted here: ${stderr}`;
};

/** A test that needs a file system of its own: small, or read-only. Counts as skipped, with the reason in its name, where none can be mounted. */
export const itWithTmpfs = (name: string, work: () => Promise<void>): void => {
  const reason = whyNot();
  if (reason === undefined) it(name, work);
  else it.skip(`${name}: ${reason}`, work);
};

/** Runs `work` while a tmpfs with the given mount options lies at a directory, which is made if missing. */
export const withTmpfs = async (at: string, options: string, work: () => Promise<void>): Promise<void> => {
  mkdirSync(at, { recursive: true });
  mount(at, options);
  try {
    await work();
  } finally {
    unmount(at);
  }
};
