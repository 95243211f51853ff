import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isOpsError } from '@polydev/errors';
import { GUEST_SAYS } from '../../guest-contract';
import { isRunning } from '../../vms/process-identity';
import { hasWord, readConsole } from '../console-text';
import type { VmSpec } from '../driver';
import { endProcess } from '../vm-process';
import { QEMU_FILES, qemuArguments } from './command-line';
import { launchQemu } from './launch';
import { bootId, type Accelerator, type QemuMachine } from './machine';

/** What has to be known to try an accelerator. */
export interface Trial {
  /** Below it the answer is remembered. */
  readonly root: string;
  readonly program: string;
  readonly version: string;
  readonly machine: QemuMachine;
  /** Layers to boot; where there are none yet, nothing can be tried. */
  readonly layers: VmSpec['image']['layers'];
}

const KVM = '/dev/kvm';
/** A guest under KVM has begun its init within a second; one that has not after three will not. */
const TRIAL_MS = 3_000;
const POLL_MS = 20;

/**
 * KVM where a guest boots with it, else TCG. That `/dev/kvm` can be opened proves nothing: on some machines it runs small programs
 * and no Linux kernel. The answer is remembered until the machine boots again or QEMU changes.
 */
export const accelerator = async (trial: Trial): Promise<Accelerator> => {
  const open = await access(KVM, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!open) return 'tcg';
  const known = await remembered(trial);
  if (known) return known;
  const { kernel, initrd } = trial.layers;
  if (kernel === undefined || initrd === undefined) return 'tcg';
  const found = (await bootsWithKvm(trial)) ? 'kvm' : 'tcg';
  await remember(trial, found);
  return found;
};

const bootsWithKvm = async ({ program, machine, layers }: Trial): Promise<boolean> => {
  const directory = await mkdtemp(join(tmpdir(), 'kvm-trial-'));
  const { kernel = '', initrd = '' } = layers;
  // Nothing answers at this port; no disks, so that the guest stops right after its first word.
  const network = { mode: 'forward', port: 0 } as const;
  const image = { id: 'none', kind: 'vm', layers: { kernel, initrd } } as const;
  const spec: VmSpec = { id: 'kvm-trial', image, network, memoryMiB: 128, cpus: 1, directory, use: 'check' };
  try {
    const argv = qemuArguments({ spec, machine, accelerator: 'kvm', tsc: 0, memory: { kind: 'private' } });
    const identity = await launchQemu({ spec, program, restored: false }, argv);
    const deadline = Date.now() + TRIAL_MS;
    let begun = false;
    for (let running = true; running && !begun && Date.now() < deadline; await sleep(POLL_MS)) {
      running = isRunning(identity);
      begun = hasWord(await readConsole(join(directory, QEMU_FILES.console)), GUEST_SAYS.init);
    }
    await endProcess(identity);
    return begun;
  } catch (error) {
    // With an accelerator that does not suit it, QEMU may end before it can be looked at.
    if (isOpsError(error, 'VMM_FAILED')) return false;
    throw error;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

const memoryFile = ({ root }: Trial): string => join(root, 'accelerator.json');

const remembered = async (trial: Trial): Promise<Accelerator | undefined> => {
  const text = await readFile(memoryFile(trial), 'utf8').catch(() => '{}');
  try {
    const known = JSON.parse(text) as { boot?: string; qemu?: string; accelerator?: Accelerator };
    return known.boot === (await bootId()) && known.qemu === trial.version ? known.accelerator : undefined;
  } catch {
    return undefined;
  }
};

const remember = async (trial: Trial, found: Accelerator): Promise<void> => {
  await mkdir(trial.root, { recursive: true });
  const draft = `${memoryFile(trial)}.${process.pid}`;
  await writeFile(draft, JSON.stringify({ boot: await bootId(), qemu: trial.version, accelerator: found }));
  await rename(draft, memoryFile(trial));
};
