import { appendFileSync, rmSync } from 'node:fs';
import type { CommandOptions, CommandResult } from './command';
import { makeDisk, type Disk, type DiskLimit } from './disk';
import type { Forward, Forwarding } from './forwarding';
import { bootMachine, cutPower, runOn, type Machine } from './machine';
import { addressOf, setLink } from './network';
import { writeHostKeys, type SshAccess } from './ssh-files';

/** A Debian server with its own systemd, SSH server, network and disk. */
export interface RealHost {
  readonly name: string;
  /** In the session's network. */
  readonly address: string;
  /** Where its SSH server is reached from this machine. */
  readonly forward: Forward;
  readonly ssh: SshAccess;
  /** What its /opt is. */
  readonly disk: Disk;
  /** A port of this machine behind which the host's TCP port is. Where the host is off, connections to it break. */
  forwardPort(port: number): Promise<Forward>;
  /** Runs a command as root in the host, without SSH or network. Throws REAL_HOST_NOT_RUNNING where it is off. */
  run(argv: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** Nothing passes any more, in both directions, and nobody is told. */
  cutLink(): Promise<void>;
  healLink(): Promise<void>;
  /** All processes end at once; the disk stays. Nobody hears of it: connections to it stay open until they time out. */
  powerCut(): Promise<void>;
  /** Boots it with its disk, off or on; returns once it is running. Throws REAL_HOST_START_FAILED. */
  boot(): Promise<void>;
  /** Powers it off and removes its disk. */
  remove(): Promise<void>;
}

/** What a host shares with its session. */
export interface HostSurroundings {
  readonly forwarding: Forwarding;
  readonly ssh: SshAccess;
}

/** Makes a host's disk and keys and boots it. Throws REAL_HOST_START_FAILED. */
export async function startRealHost(
  plan: Omit<Machine, 'opt'>,
  surroundings: HostSurroundings,
  limit: DiskLimit,
): Promise<RealHost> {
  const disk = await makeDisk(plan.directory, limit);
  const machine = { ...plan, opt: disk.bootArgument };
  const { forwarding, ssh } = surroundings;
  const address = addressOf(plan.place.number);
  const publicKey = await writeHostKeys(`${plan.directory}/upper`, ssh);
  const forward = await forwarding.open({ address, port: 22 });
  appendFileSync(ssh.knownHostsFile, `${address},[127.0.0.1]:${forward.port} ${publicKey}\n`);
  await bootMachine(machine);
  return {
    ...{ name: plan.name, address, forward, ssh, disk: disk.kind },
    forwardPort: (port) => forwarding.open({ address, port }),
    run: (argv, options) => runOn(machine, argv, options),
    cutLink: () => setLink(machine.place, 'down'),
    healLink: () => setLink(machine.place, 'up'),
    powerCut: () => cutPower(machine),
    boot: async () => {
      await cutPower(machine);
      await bootMachine(machine);
    },
    remove: async () => {
      await cutPower(machine);
      rmSync(machine.directory, { recursive: true, force: true });
    },
  };
}
