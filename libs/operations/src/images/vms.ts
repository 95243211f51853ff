import { imageVmsSchema, type VmView } from '@polydev/contract';
import { vmGone, vmHostNeeded } from '@polydev/errors';
import type { Host, HostShell } from '@polydev/host';
import { holderOf, withHosts } from '../connect';
import { targetLayout } from '../layout';
import { PROGRAM_TIMEOUT_MS, type ImageChangeInput, type ImageInput } from './images';
import { askProgram, placeProgram, runProgram } from './program';
import { imageSettings } from './settings';

/** A running VM, and the host that it runs on. */
export interface HostVm extends VmView {
  readonly host: string;
}

/** The VMs that run, on every host. Touches nothing. */
export const listVms = (input: ImageInput): Promise<readonly HostVm[]> =>
  withHosts(input.environment, input.signal, (hosts) => listOn(hosts, input));

/** Starts VMs from the active image, and returns them once each is ready. With several hosts it has to be said on which. */
export const startVms = async (
  input: ImageChangeInput & { readonly count: number; readonly host: string | undefined },
): Promise<readonly HostVm[]> => {
  const { environment, target } = input;
  const names = environment.hosts.map(({ name }) => name);
  const [host] = environment.hosts.filter(({ name }) => name === (input.host ?? (names.length === 1 ? names[0] : '')));
  if (host === undefined) throw vmHostNeeded({ target: target.name, hosts: names, asked: input.host });
  return withHosts({ ...environment, hosts: [host] }, input.signal, ([only]) =>
    only === undefined ? Promise.resolve([]) : changeOn(only, input, ['vms', 'start', String(input.count)]),
  );
};

/** Stops one VM, on whichever host it runs, or all (`all`); returns those that were stopped. Throws VM_GONE. */
export const stopVms = (input: ImageChangeInput & { readonly id: string }): Promise<readonly HostVm[]> =>
  withHosts(input.environment, input.signal, async (hosts) => {
    const running = await listOn(hosts, input);
    const wanted = running.filter(({ id }) => input.id === 'all' || id === input.id);
    if (wanted.length === 0 && input.id !== 'all') {
      throw vmGone({ target: input.target.name, id: input.id, running: running.map(({ id }) => id) });
    }
    const stopped = hosts.map(async (host) => {
      const ids = wanted.filter((vm) => vm.host === host.name).map(({ id }) => id);
      if (ids.length > 0) await changeOn(host, input, ['vms', 'stop', ...ids]);
    });
    await Promise.all(stopped);
    return wanted;
  });

const settingsOf = ({ target, environment }: ImageInput): string =>
  imageSettings({ target, stateDir: environment.stateDir }) ?? '{}';

const listOn = async (hosts: readonly Host[], input: ImageInput): Promise<readonly HostVm[]> => {
  const found = await Promise.all(
    hosts.map(async (host) => {
      const call = { settings: settingsOf(input), args: ['vms', 'list'], answer: imageVmsSchema, signal: input.signal };
      const { vms } = await askProgram(host, input.imageProgram, call);
      return vms.map((vm) => ({ host: host.name, ...vm }));
    }),
  );
  return found.flat();
};

const changeOn = async (host: Host, input: ImageChangeInput, args: readonly string[]): Promise<readonly HostVm[]> => {
  const { environment, target, by, report, signal } = input;
  const shell: HostShell = await host.openShell({
    target: `vms of ${target.name}`,
    lockFile: targetLayout(environment.stateDir, target.name).vmsLock,
    holder: holderOf({ id: 'vms', by, startedAt: new Date().toISOString() }),
  });
  try {
    const path = await placeProgram(shell, environment.stateDir, input.imageProgram);
    const call = { settings: settingsOf(input), args, answer: imageVmsSchema, timeoutMs: PROGRAM_TIMEOUT_MS };
    const { vms } = await runProgram(shell, path, { ...call, by, report, signal });
    return vms.map((vm) => ({ host: host.name, ...vm }));
  } finally {
    await shell.release().catch(() => undefined);
  }
};
