import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { neededText, readBody, textIn, type Body } from './bodies';
import { Fault } from './fault';
import type { Guest } from './guest';
import { readSnapshot, writeSnapshot, type Drive, type MachineState } from './snapshot-files';
import { Taps } from './taps';

const POST_BOOT = 'The requested operation is not supported after starting the microVM.';
const PRE_BOOT = 'The requested operation is not supported before starting the microVM.';
const SAVE_WHILE_RUNNING =
  'Create snapshot error: Cannot save the microVM state: Operation not allowed: save/restore unavailable while running';
const LOAD_NOT_ALLOWED =
  'Load snapshot error: Loading a microVM snapshot not allowed after configuring boot-specific resources.';
const IDS_DIFFER = 'The id from the path does not match the id from the body!';

export interface MachineOptions {
  readonly version: string;
  /** Whether KVM starts a guest. */
  readonly kvm: boolean;
  readonly guest: Guest;
}

/**
 * What a Firecracker process knows and allows: which request in which state, in which order, with which answer
 * (src/vmm/src/rpc_interface.rs: PrebootApiController and RuntimeApiController). Each method answers 204, or throws a
 * Fault.
 */
export class Machine {
  private phase: 'Not started' | 'Running' | 'Paused' = 'Not started';
  /** Set by what only a boot needs; a snapshot can no longer be loaded then. */
  private bootPath = false;
  private config: MachineState = { vcpus: 1, memoryMiB: 128, drives: [], interfaces: [], guest: {} };
  private readonly taps = new Taps();

  constructor(private readonly options: MachineOptions) {}

  get state(): string {
    return this.phase;
  }

  logger(body: unknown): void {
    const { log_path: path } = readBody('logger', body);
    this.onlyBefore();
    if (typeof path === 'string') openOr(path, 'a', (reason) => new Fault(`Logger error: ${reason}`));
  }

  machineConfig(body: unknown): void {
    const { vcpu_count: vcpus, mem_size_mib: memoryMiB, smt } = readBody('machineConfig', body);
    this.onlyBefore(true);
    const odd = smt === true && Number(vcpus) > 1 && Number(vcpus) % 2 === 1;
    if (Number(vcpus) < 1 || Number(vcpus) > 32 || odd)
      throw new Fault(
        'Machine config error: The vCPU number is invalid! The vCPU number can only be 1 or an even number when SMT is enabled.',
      );
    if (Number(memoryMiB) === 0) throw new Fault('Machine config error: The memory size (MiB) is invalid.');
    this.config = { ...this.config, vcpus: Number(vcpus), memoryMiB: Number(memoryMiB) };
  }

  bootSource(body: unknown): void {
    const given = readBody('bootSource', body);
    const [kernel, initrd] = [neededText(given, 'kernel_image_path'), textIn(given, 'initrd_path')];
    this.onlyBefore(true);
    const failed = (file: string) => (reason: string) =>
      new Fault(`Boot source error: The ${file} file cannot be opened: ${reason}`);
    openOr(kernel, 'r', failed('kernel'));
    if (initrd !== undefined) openOr(initrd, 'r', failed('initrd'));
    this.config = { ...this.config, kernel, ...(initrd === undefined ? {} : { initrd }) };
  }

  drive(id: string, body: unknown): void {
    const given = readBody('drive', body);
    if (given['drive_id'] !== id) throw new Fault(IDS_DIFFER);
    this.onlyBefore(true);
    const drive = driveOf(id, given);
    const others = this.config.drives.filter((other) => other.id !== id);
    if (drive.root && others.some((other) => other.root))
      throw new Fault('Drive config error: A root block device already exists!');
    this.config = { ...this.config, drives: [...others, drive] };
  }

  async networkInterface(id: string, body: unknown): Promise<void> {
    const given = readBody('networkInterface', body);
    if (given['iface_id'] !== id) throw new Fault(IDS_DIFFER);
    const [tap, mac] = [neededText(given, 'host_dev_name'), textIn(given, 'guest_mac')];
    this.onlyBefore(true);
    const others = this.config.interfaces.filter((other) => other.id !== id);
    if (mac !== undefined && others.some((other) => other.mac === mac))
      throw new Fault(`Network config error: The MAC address is already in use: ${mac}`);
    await this.taps.take(tap, (reason) => new Fault(`Network config error: Open tap device failed: ${reason}`));
    this.config = { ...this.config, interfaces: [...others, { id, tap, ...(mac === undefined ? {} : { mac }) }] };
  }

  entropy(body: unknown): void {
    readBody('entropy', body);
    this.onlyBefore(true);
  }

  action(body: unknown): void {
    const { action_type: action } = readBody('action', body);
    if (action === 'InstanceStart') return this.start();
    this.onlyAfter();
    if (action === 'SendCtrlAltDel') this.options.guest.reboot();
  }

  private start(): void {
    this.onlyBefore();
    const { kernel, initrd, drives } = this.config;
    if (kernel === undefined)
      throw new Fault('Start microvm error: Cannot start microvm without kernel configuration.');
    if (!readFileSync(kernel).subarray(0, 4).equals(Buffer.from('\x7fELF', 'latin1')))
      throw new Fault(
        'Start microvm error: Cannot load kernel due to invalid memory configuration or invalid kernel image: Kernel Loader: failed to load ELF kernel image',
      );
    if (!this.options.kvm)
      throw new Fault('Start microvm error: Kvm error: Error creating KVM object: No such device (os error 19)');
    this.phase = 'Running';
    // The answer goes out before the guest has done anything.
    setTimeout(
      () => this.options.guest.boot({ initrd: initrd !== undefined, disks: drives.map(({ path }) => path) }),
      5,
    );
  }

  vm(body: unknown): void {
    const { state } = readBody('vm', body);
    this.onlyAfter();
    this.phase = state === 'Paused' ? 'Paused' : 'Running';
    if (state === 'Paused') this.options.guest.pause();
    else this.options.guest.resume();
  }

  snapshotCreate(body: unknown): void {
    const { snapshot_path: path, mem_file_path: memory, snapshot_type: type } = readBody('snapshotCreate', body);
    this.onlyAfter();
    if (this.phase !== 'Paused') throw new Fault(SAVE_WHILE_RUNNING);
    if (type === 'Diff')
      throw new Fault('Create snapshot error: Cannot get dirty bitmap: dirty page tracking is not enabled');
    const state = { ...this.config, guest: this.options.guest.memory() };
    writeSnapshot({ path: String(path), memory: String(memory), version: this.options.version }, state);
  }

  async snapshotLoad(body: unknown): Promise<void> {
    const given = readBody('snapshotLoad', body);
    const memory = memoryOf(given);
    const overrides = ((given['network_overrides'] as unknown[] | undefined) ?? []).map((each) =>
      readBody('networkOverride', each),
    );
    this.onlyBefore();
    if (this.bootPath) throw new Fault(LOAD_NOT_ALLOWED);
    const state = readSnapshot({ path: String(given['snapshot_path']), memory, version: this.options.version });
    for (const drive of state.drives) openOr(drive.path, 'r', (reason) => restoring(`Block device: ${reason}`));
    await this.takeTaps(state, overrides);
    this.config = state;
    this.phase = 'Paused';
    this.options.guest.restore(state.guest, memory);
    if (given['resume_vm'] === true) this.vm({ state: 'Resumed' });
  }

  private async takeTaps(state: MachineState, overrides: readonly Body[]): Promise<void> {
    for (const override of overrides)
      if (!state.interfaces.some(({ id }) => id === override['iface_id'])) throw restoring('Unknown Network Device.');
    for (const { id, tap } of state.interfaces) {
      const override = overrides.find((each) => each['iface_id'] === id);
      const name = override ? neededText(override, 'host_dev_name') : tap;
      await this.taps.take(name, (reason) => restoring(`Open tap device failed: ${reason}`));
    }
  }

  private onlyBefore(forBoot = false): void {
    if (this.phase !== 'Not started') throw new Fault(POST_BOOT);
    if (forBoot) this.bootPath = true;
  }

  private onlyAfter(): void {
    if (this.phase === 'Not started') throw new Fault(PRE_BOOT);
  }
}

const restoring = (reason: string) =>
  new Fault(`Load snapshot error: Failed to restore from snapshot: ${reason}`, true);

function memoryOf(given: Body): string {
  const backend = given['mem_backend'] === undefined ? undefined : readBody('memoryBackend', given['mem_backend']);
  const old = given['mem_file_path'] as string | undefined;
  const deserializing = 'An error occurred when deserializing the json body of a request:';
  if (backend && old !== undefined)
    throw new Fault(
      `${deserializing} too many fields: either \`mem_backend\` or \`mem_file_path\` exclusively is required.`,
    );
  if (!backend && old === undefined)
    throw new Fault(`${deserializing} missing field: either \`mem_backend\` or \`mem_file_path\` is required.`);
  return backend ? neededText(backend, 'backend_path') : (old ?? '');
}

function driveOf(id: string, given: Body): Drive {
  const path = given['path_on_host'];
  if (typeof path !== 'string' || given['is_read_only'] === undefined)
    throw new Fault('Drive config error: Unable to create the virtio block device: Invalid config.');
  const failed = (reason: string) =>
    new Fault(
      `Drive config error: Unable to create the virtio block device: Virtio backend error: Error manipulating the backing file: ${reason} ${path}`,
    );
  openOr(path, given['is_read_only'] === true ? 'r' : 'r+', failed);
  if (!statSync(path).isFile()) throw failed('not a file');
  return { id, path, root: given['is_root_device'] === true };
}

function openOr(path: string, flags: 'r' | 'r+' | 'a', fault: (reason: string) => Fault): void {
  try {
    closeSync(openSync(path, flags));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw fault(code === 'ENOENT' ? 'No such file or directory (os error 2)' : (code ?? 'error'));
  }
}
