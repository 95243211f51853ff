import {
  toolMissing,
  trafficConfigInvalid,
  trafficEngineDown,
  trafficMoveFailed,
  type OpsError,
} from '@polydev/errors';
import { commandFailed, lastLines, type CommandResult, type HostShell } from '@polydev/host';
import { program } from '../programs';
import { COMMAND_MS } from './read';
import type { TrafficSettings } from './settings';

export interface TrafficCommand {
  readonly verb: 'write' | 'switch' | 'state' | 'drained';
  readonly args: Readonly<Record<string, string>>;
  /** The configuration, for the verbs that take one. */
  readonly stdin?: string;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  /** What it is to bring about, in a phrase. */
  readonly what: string;
  /** Sentence on how things are when the engine does not answer. */
  readonly stateWhenDown: string;
  /** Exit codes beside 0 that are an answer. */
  readonly answers?: readonly number[];
}

/** Runs a verb of the host program `traffic`. Throws what its exit codes mean. */
export const runTraffic = async (
  shell: HostShell,
  settings: TrafficSettings,
  command: TrafficCommand,
): Promise<CommandResult> => {
  const places = {
    socket: settings.socket,
    master: settings.masterSocket,
    config: settings.configFile,
    patience: String(settings.patienceMs),
  };
  const pairs = Object.entries({ ...places, ...command.args }).flat();
  const result = await shell.run(program('traffic', command.verb, ...pairs), {
    timeoutMs: command.timeoutMs ?? COMMAND_MS,
    ...(command.stdin === undefined ? {} : { stdin: command.stdin }),
    ...(command.signal ? { signal: command.signal } : {}),
  });
  if (result.exitCode === 0 || command.answers?.includes(result.exitCode ?? -1)) return result;
  throw errorOf(result, { shell, settings, command });
};

interface Failed {
  readonly shell: HostShell;
  readonly settings: TrafficSettings;
  readonly command: TrafficCommand;
}

/** The exit codes that the program's head lists. */
const errorOf = (result: CommandResult, { shell, settings, command }: Failed): OpsError => {
  const { unit, socket, configFile: file, target } = settings;
  const host = shell.host.name;
  const words = lastLines(result);
  switch (result.exitCode ?? -1) {
    case 4:
      return trafficEngineDown({ host, unit, socket, why: words.trim(), state: command.stateWhenDown });
    case 5:
      return trafficMoveFailed({ host, unit, what: command.what, words: words.trim() });
    case 6:
      return trafficConfigInvalid({ host, file, words, target });
    case 7:
      return toolMissing({ host, tool: 'haproxy', why: `the traffic of ${target} goes through it` });
    default:
      return commandFailed(result, shell.host);
  }
};
