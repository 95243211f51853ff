import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { realHostNotRunning, realHostStartFailed } from '@polydev/errors';
import { initProcess, isPopulated, killCgroup, makeCgroup, removeCgroup } from './cgroup';
import { command, type CommandOptions, type CommandResult } from './command';
import { programPath } from './locations';
import { insideNetwork, plugIn, setLink, unplug, type NetworkPlace } from './network';
import { joiningCgroup } from './spawning';

const BOOT_MS = 60_000;

/** All that a host's boot needs to know. */
export interface Machine {
  readonly name: string;
  readonly directory: string;
  readonly base: string;
  /** Cgroup of the session; the host's own is below it. */
  readonly sessionCgroup: string;
  readonly place: NetworkPlace;
  /** What `boot.sh` is told about /opt. */
  readonly opt: string;
}

const cgroupOf = (machine: Machine): string => join(machine.sessionCgroup, `host-${machine.name}`);

export const isOn = (machine: Machine): boolean => isPopulated(cgroupOf(machine));

const NAMESPACES = ['--mount', '--pid', '--uts', '--ipc', '--fork', '--kill-child', '--propagation', 'private'];
/** The cgroup namespace is made after the cgroup was joined, so that its root is the host's own cgroup. */
const INTO_CGROUP = 'echo 0 >"$1/cgroup.procs" && shift && exec unshare --cgroup "$@"';

function bootCommand(machine: Machine): string[] {
  const cgroup = cgroupOf(machine);
  const node = realpathSync(process.execPath);
  const values = [machine.directory, machine.name, cgroup, machine.base, node, machine.opt];
  const boot = ['sh', '-c', INTO_CGROUP, 'sh', cgroup, 'sh', programPath('boot.sh'), ...values];
  const keeper = makeCgroup(join(machine.sessionCgroup, 'keeper'));
  return joiningCgroup(keeper, insideNetwork(machine.place.namespace, ['unshare', ...NAMESPACES, ...boot]));
}

/** Boots a host that is off, and waits until its systemd says that it is running. Throws REAL_HOST_START_FAILED. */
export async function bootMachine(machine: Machine): Promise<void> {
  await plugIn(machine.place);
  makeCgroup(cgroupOf(machine));
  const [program = '', ...args] = bootCommand(machine);
  const log = openSync(join(machine.directory, 'console.log'), 'a');
  // A group of its own, so that Ctrl-C in a terminal reaches the one who closes the hosts and not the hosts.
  spawn(program, args, { stdio: ['ignore', log, log], detached: true, cwd: '/' }).unref();
  closeSync(log);
  const state = await waitUntilUp(machine);
  if (state !== 'running') throw realHostStartFailed({ name: machine.name, state, console: consoleOf(machine) });
}

async function waitUntilUp(machine: Machine): Promise<string> {
  let state = 'no answer';
  for (const deadline = Date.now() + BOOT_MS; Date.now() < deadline; await sleep(30)) {
    if (initProcess(cgroupOf(machine)) === undefined) continue;
    const answer = await runOn(machine, ['systemctl', 'is-system-running', '--wait']).catch(() => undefined);
    state = answer?.stdout.trim() || state;
    if (state === 'running') return state;
    if (state === 'degraded') return `degraded: ${(await runOn(machine, FAILED_UNITS)).stdout}`;
  }
  return state;
}

const FAILED_UNITS = ['systemctl', 'list-units', '--failed', '--plain', '--no-legend'];

const consoleOf = (machine: Machine): string =>
  readFileSync(join(machine.directory, 'console.log'), 'utf8').trimEnd().split('\n').slice(-20).join('\n');

/**
 * Runs a command as root in a host without going through its network. Throws REAL_HOST_NOT_RUNNING where it is off.
 * The command is not in the host's cgroup, but a power cut ends it all the same, since its PID namespace ends.
 */
export async function runOn(
  machine: Machine,
  argv: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const init = initProcess(cgroupOf(machine));
  if (init === undefined) throw realHostNotRunning(machine.name);
  const namespaces = ['--mount', '--pid', '--uts', '--ipc', '--net', '--cgroup', '--wd=/'];
  const environment = ['env', '-i', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root'];
  return command(['nsenter', `--target=${init}`, ...namespaces, ...environment, ...argv], options);
}

/** All processes end at once and nobody hears of it: the cable is cut first. The disk stays. */
export async function cutPower(machine: Machine): Promise<void> {
  if (isOn(machine)) await setLink(machine.place, 'down');
  await killCgroup(cgroupOf(machine));
  removeCgroup(cgroupOf(machine));
  await unplug(machine.place);
}
