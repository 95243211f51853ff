import { setTimeout as sleep } from 'node:timers/promises';
import type { RealHost } from '@polydev/sandbox/real';
import type { FaultName } from '../src/schedule/faults';
import type { Deployer } from './deployers';
import type { Trial } from './trial';

export interface Struck {
  readonly trial: Trial;
  readonly machine: RealHost;
  /** Stands still at the moment of the fault, and is let go on, or killed, by it; undefined for faults at rest. */
  readonly deployer: Deployer | undefined;
}

/** What brings a host back to how it was, once the operation that was struck has ended. */
export type Heal = () => Promise<void>;

const nothing: Heal = () => Promise.resolve();

/** Does to a host, to the link or to the deployer what the fault's name says. Returns what heals it. */
export const strike = async (fault: FaultName, struck: Struck): Promise<Heal> => {
  const heal = await STRIKES[fault](struck);
  return heal ?? nothing;
};

const must = async (machine: RealHost, ...argv: readonly string[]): Promise<string> => {
  const { exitCode, stdout, stderr } = await machine.run(argv, { timeout: 60_000 });
  if (exitCode !== 0) throw new Error(`${argv.join(' ')} on ${machine.name} ended with ${exitCode}: ${stderr}`);
  return stdout;
};

const script = (machine: RealHost, text: string, ...args: readonly string[]) =>
  must(machine, 'sh', '-c', text, 'sh', ...args);

/** Pieces that get smaller, until not one byte is left. */
const FILL = 'for size in 1M 64k 4k 1; do dd if=/dev/zero of=/opt/filler.$size bs=$size 2>/dev/null; done; true';
const FILL_INODES = `perl -e 'mkdir "/opt/filler"; my $i = 0; while (open my $f, ">", "/opt/filler/" . $i++) {}'`;
const EMPTY = 'rm -rf /opt/filler*';

const emptied = async (machine: RealHost): Promise<void> => {
  await script(machine, EMPTY);
};

type StrikeOf = (struck: Struck) => Promise<Heal | void>;

const another =
  (begin: (trial: Trial) => Promise<Deployer>): StrikeOf =>
  async ({ trial, deployer }) => {
    await (
      await begin(trial)
    ).ended;
    deployer?.go();
  };

const STRIKES: Readonly<Record<FaultName, StrikeOf>> = {
  'deployer-killed': async ({ deployer }) => deployer?.kill(),
  'host-killed': async ({ machine, deployer }) => {
    await machine.powerCut();
    await machine.boot();
    deployer?.go();
  },
  'link-cut-2s': async ({ machine, deployer }) => {
    await machine.cutLink();
    deployer?.go();
    await sleep(2_000);
    await machine.healLink();
  },
  'link-cut': async ({ machine, deployer }) => {
    await machine.cutLink();
    deployer?.go();
    return () => machine.healLink();
  },
  'sshd-restarted': async ({ machine, deployer }) => {
    await must(machine, 'systemctl', 'restart', 'ssh.service');
    deployer?.go();
  },
  'disk-full': async ({ machine, deployer }) => {
    await script(machine, FILL);
    deployer?.go();
    return () => emptied(machine);
  },
  'inodes-full': async ({ machine, deployer }) => {
    await script(machine, FILL_INODES);
    deployer?.go();
    return () => emptied(machine);
  },
  'read-only': async ({ machine, deployer }) => {
    // As the kernel does it after an error of the disk: what is open for writing does not hinder it.
    await must(machine, 'mount', '-o', 'remount,abort', '/opt').catch(() => undefined);
    deployer?.go();
    return async () => {
      await machine.powerCut();
      await machine.boot();
    };
  },
  // Said to the deployer when it begins.
  'clock-ahead': async () => undefined,
  'clock-behind': async () => undefined,
  'file-changed': async ({ trial, machine }) => {
    await script(machine, 'echo "by hand" >>"$1/content.txt"', trial.world.target.path);
  },
  'path-replaced': async ({ trial, machine }) => {
    const { path } = trial.world.target;
    // By the account that deploys, as somebody does who is logged in to have a look.
    // It may be a directory already: nobody came after the last one who did so.
    const text = 'cd / && if [ -L "$1" ]; then cp -aL "$1" "$1.new" && rm "$1" && mv "$1.new" "$1"; fi';
    await must(machine, 'runuser', '-u', 'deploy', '--', 'sh', '-c', text, 'sh', path);
  },
  'haproxy-killed': async ({ trial, machine, deployer }) => {
    await must(machine, 'systemctl', 'kill', '--signal=KILL', `polydev-${trial.world.target.name}-traffic.service`);
    deployer?.go();
  },
  'second-deployer': another(async (trial) => trial.begin({ demo: await trial.next() })),
  'rollback-during': another(async (trial) => trial.begin({ verb: 'rollback' })),
  'lock-holder-dead': async ({ machine, deployer }) => {
    await machine.run(['pkill', '-KILL', '-u', 'deploy', '-x', 'perl']);
    deployer?.go();
  },
  'lock-holder-slow': async ({ trial, machine, deployer }) => {
    await untilLockIsFree(trial, machine);
    await trial.run({ demo: await trial.next() });
    deployer?.go();
  },
};

/** The shell on a host gives the lock up when it heard nothing from its deployer for fifteen seconds. */
export const untilLockIsFree = async ({ world }: Trial, machine: RealHost): Promise<void> => {
  const lock = `${world.environment.stateDir}/targets/${world.target.name}/lock`;
  await must(machine, 'flock', '--timeout', '40', lock, 'true');
};
