import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { vmmFailed } from '@polydev/errors';
import { identityOf, isRunning, type ProcessIdentity } from '../../vms/process-identity';
import { endsWithStarter, type VmSpec } from '../driver';
import { CONSOLE_BYTES } from '../console-text';
import { VM_MARK } from '../vm-process';
import { QEMU_FILES } from './command-line';

/** Which process is a VM's, for who comes later; whether it was restored: then it was booted before it began. */
export interface QemuIdentity extends ProcessIdentity {
  readonly restored: boolean;
}

/**
 * Starts QEMU for a VM, in the VM's directory; it goes on when this process ends, unless the VM is for a check. Throws VMM_FAILED
 * where it does not start; whether it stays is seen later.
 */
export const launchQemu = async (
  { spec, program, restored }: { readonly spec: VmSpec; readonly program: string; readonly restored: boolean },
  argv: readonly string[],
): Promise<QemuIdentity> => {
  const [command, ...words] = [...prefix(spec), program, ...argv] as [string, ...string[]];
  const errors = await open(join(spec.directory, QEMU_FILES.errors), 'w', 0o600);
  try {
    const env = { PATH: process.env['PATH'], [VM_MARK]: await realpath(spec.directory) };
    const stdio = ['ignore', 'ignore', errors.fd] as const;
    const child = spawn(command, words, { cwd: spec.directory, detached: true, env, stdio: [...stdio] });
    await once(child, 'spawn');
    child.unref();
    const identity = child.pid === undefined ? undefined : identityOf(child.pid);
    if (!identity) throw new Error('it ended at once');
    const known = { ...identity, restored };
    await writeFile(join(spec.directory, QEMU_FILES.identity), JSON.stringify(known), { mode: 0o600 });
    return known;
  } catch (cause) {
    const what = `QEMU did not start (${cause instanceof Error ? cause.message : String(cause)})`;
    throw vmmFailed({ vm: spec.id, what, output: await qemuErrors(spec.directory), cause });
  } finally {
    await errors.close();
  }
};

/**
 * A VM of a check is killed by the kernel when its starter dies. A VM that serves may write files of at most a MiB, so that an agent
 * that talks on the console for months fills no disk: QEMU ignores that a line of its log was not taken.
 */
const prefix = (spec: VmSpec): readonly string[] =>
  endsWithStarter(spec.use)
    ? ['setpriv', '--pdeathsig', 'KILL', '--']
    : ['env', '--ignore-signal=XFSZ', 'prlimit', `--fsize=${CONSOLE_BYTES}`, '--'];

/** The process of a VM started earlier; undefined where it is gone. */
export const knownQemu = async (directory: string): Promise<QemuIdentity | undefined> => {
  const text = await readFile(join(directory, QEMU_FILES.identity), 'utf8').catch(() => undefined);
  const identity = text === undefined ? undefined : readIdentity(text);
  return identity && isRunning(identity) ? identity : undefined;
};

/** A starter that died while it wrote leaves half of a file. */
const readIdentity = (text: string): QemuIdentity | undefined => {
  try {
    return JSON.parse(text) as QemuIdentity;
  } catch {
    return undefined;
  }
};

/** What QEMU has said of itself. */
export const qemuErrors = (directory: string): Promise<string> =>
  readFile(join(directory, QEMU_FILES.errors), 'utf8').catch(() => '');
