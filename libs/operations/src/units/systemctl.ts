import { isOpsError, unitFellOver } from '@polydev/errors';
import { unitLog } from '../health/service-log';
import { commandFailed, mustRun, type Host, type HostShell } from '@polydev/host';

/** As root directly, else by `sudo -n`: `setup` allows a deploy user just the commands that deploys need. */
const AS_ROOT = 'if [ "$(id -u)" -eq 0 ]; then exec systemctl "$@"; else exec sudo -n systemctl "$@"; fi';

/** What of a deploy's context it takes to command a unit. */
interface Commanding {
  readonly shell: HostShell;
  readonly signal: AbortSignal;
  readonly plan: { readonly commandTimeoutMs: number };
}

type Verb = 'start' | 'stop' | 'restart' | 'reset-failed';

/** Has systemd do something with a unit; the lock's descriptor is not for it to keep. Throws COMMAND_FAILED. */
export const runSystemctl = async ({ shell, signal, plan }: Commanding, verb: Verb, unit: string): Promise<void> => {
  await mustRun(shell, ['sh', '-c', AS_ROOT, 'systemctl', verb, unit], {
    keepLock: false,
    signal,
    timeoutMs: plan.commandTimeoutMs,
  });
};

/**
 * Has systemd run a unit's service anew, also one that it had given up: it counts every start, and refuses the sixth
 * within a minute until it is told to forget (systemd.unit(5), StartLimitBurst).
 */
export const restartUnit = async (context: Commanding, unit: string): Promise<void> => {
  const { host } = context.shell;
  await runSystemctl(context, 'reset-failed', unit).catch(() => undefined);
  try {
    await runSystemctl(context, 'restart', unit);
  } catch (error) {
    if (!isOpsError(error, 'COMMAND_FAILED') || /^\s*sudo:/m.test(error.message)) throw error;
    throw unitFellOver({ host: host.name, unit, ...(await unitState(host, unit)), log: await unitLog(host, unit) });
  }
};

/** The same as one line for a shell, where a plan holds a command. The unit's name needs no quotes. */
export const restartLine = (unit: string): string =>
  `[ "$(id -u)" -eq 0 ] || as="sudo -n"; $as systemctl reset-failed ${unit}; $as systemctl restart ${unit}`;

export interface UnitState {
  readonly active: boolean;
  /** `active`, `activating`, `failed` … and below it, as systemd says. */
  readonly words: string;
  /** Times that systemd itself started it again since somebody last did. */
  readonly restarts: number;
  readonly mainPid: number;
  /** Seconds since the host's boot at which its process began; 0 where none runs. */
  readonly startedAt: number;
}

const PROPERTIES = ['ActiveState', 'SubState', 'NRestarts', 'MainPID', 'ExecMainStartTimestampMonotonic', 'Result'];

/** What systemd says of a unit. Needs no rights. */
export const unitState = async (host: Host, unit: string): Promise<UnitState> => {
  const result = await host.exec(['systemctl', 'show', `--property=${PROPERTIES.join(',')}`, '--', unit]);
  if (result.exitCode !== 0) throw commandFailed(result, host);
  const values = new Map(
    result.stdout.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const text = (name: string): string => values.get(name) ?? '';
  return {
    active: text('ActiveState') === 'active',
    words: `${text('ActiveState')} (${text('SubState')}${text('Result') === 'success' ? '' : `, ${text('Result')}`})`,
    restarts: Number(text('NRestarts')) || 0,
    mainPid: Number(text('MainPID')) || 0,
    startedAt: (Number(text('ExecMainStartTimestampMonotonic')) || 0) / 1_000_000,
  };
};
