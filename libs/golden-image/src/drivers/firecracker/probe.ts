import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { OpsError } from '@polydev/errors';
import type { DriverProbe } from '../driver';
import { readConsole } from '../console-text';
import { endProcess } from '../vm-process';
import { probeCalls, VM_FILES } from './calls';
import { placeFiles } from './place-files';
import { callAll, startProcess } from './process';
import { isRunning, type ProcessIdentity } from '../../vms/process-identity';

/** `network_overrides` of a snapshot's load came with 1.12. */
const OLDEST = { major: 1, minor: 12 } as const;
/** With KVM a kernel's first line comes within some 100 ms. */
const FIRST_LINE_MS = 5_000;
const FIRST_LINE = 'Linux version';

/**
 * Finds out whether Firecracker can be used here, by the start of a micro VM with nothing but a kernel: that /dev/kvm
 * can be opened says nothing on machines that nest virtual machines.
 */
export async function probeFirecracker(binary: string, kernelToTry: () => Promise<string>): Promise<DriverProbe> {
  const version = await versionOf(binary);
  if (version === undefined)
    return no(
      `\`${binary}\` is not there or does not run`,
      'Install a release of Firecracker, or use the driver `qemu`.',
    );
  if (isTooOld(version))
    return no(`Firecracker ${version} cannot give a clone a tap of its own`, 'Install 1.12 or later.');
  const directory = await mkdtemp(join(tmpdir(), 'golden-firecracker-'));
  try {
    await placeFiles(directory, { kernel: await kernelToTry() });
    const reason = await bootKernel(binary, directory);
    if (reason !== undefined)
      return no(
        reason,
        'It needs KVM: a machine of its own, or nested virtualization switched on. Else use the driver `qemu`.',
      );
    const facts = { accelerator: 'kvm', version, machine: 'firecracker', snapshots: true } as const;
    return { usable: true, driver: 'firecracker', ...facts };
  } catch (error) {
    if (error instanceof OpsError) return no(error.message, error.hint);
    throw error;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const no = (reason: string, hint: string): DriverProbe => ({ usable: false, driver: 'firecracker', reason, hint });

/** Returns what `firecracker --version` says, as `1.12.0`; undefined where it cannot be run. */
export async function versionOf(binary: string): Promise<string | undefined> {
  const { stdout } = await execa(binary, ['--version'], { reject: false });
  return /^Firecracker v(\d+\.\d+\.\S+)/m.exec(stdout)?.[1];
}

function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < OLDEST.major || (major === OLDEST.major && minor < OLDEST.minor);
}

/** Returns why a kernel does not start; undefined where it does. */
async function bootKernel(binary: string, directory: string): Promise<string | undefined> {
  let identity: ProcessIdentity | undefined;
  try {
    identity = await startProcess(binary, { id: 'probe', directory, use: 'check' });
    await callAll(identity, directory, probeCalls());
    const deadline = Date.now() + FIRST_LINE_MS;
    for (;;) {
      if ((await readConsole(join(directory, VM_FILES.console))).includes(FIRST_LINE)) return undefined;
      if (!isRunning(identity)) return 'Firecracker ended before its kernel said anything';
      if (Date.now() > deadline) return `a kernel started by KVM said nothing for ${FIRST_LINE_MS} ms`;
      await sleep(20);
    }
  } catch (error) {
    if (error instanceof OpsError) return error.message;
    throw error;
  } finally {
    if (identity) await endProcess(identity);
  }
}
