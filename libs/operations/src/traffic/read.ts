import { trafficEngineDown } from '@polydev/errors';
import { mustRun, type HostShell } from '@polydev/host';
import type { Slot } from '../layout';
import { program } from '../programs';
import { configuredSlot } from './config';
import type { TrafficSettings } from './settings';

/** How long one command to the engine may take, with the time in which it is waited for. */
export const COMMAND_MS = 30_000;

/** One server of the engine, with HAProxy's own counters by the names of its manual, counted from the engine's start. */
export interface TrafficServer {
  readonly state: 'ready' | 'drain' | 'maint' | 'down';
  readonly weight: number;
  /** Requests that it has now. */
  readonly scur: number;
  /** Requests that it answered, whatever the status. */
  readonly req_tot: number;
  readonly hrsp_5xx: number;
  /** Requests that found no connection to it, after all retries. */
  readonly econ: number;
  /** Requests whose connection ended before their answer began, after all retries. */
  readonly eresp: number;
  /** Answers that it broke off. */
  readonly srv_abrt: number;
  /** Retries: one for a failed connection, two for a connection that ended without an answer. */
  readonly wretr: number;
  /** Mean time to answer, milliseconds, over the last 1,024 requests. */
  readonly rtime: number;
}

export interface TrafficEngine {
  readonly pid: number;
  readonly uptimeSeconds: number;
  readonly version: string;
  /** Workers from before a reload that still have clients; null where that cannot be told. */
  readonly oldWorkers: number | null;
  readonly servers: Readonly<Record<string, TrafficServer>>;
}

/** What the host program `traffic show` prints. */
interface Shown {
  readonly engine: TrafficEngine | null;
  readonly silence: string;
  readonly config: string | null;
}

/** What the traffic engine of a host does, and what its configuration says that it should. */
export interface Traffic {
  /** Undefined where it does not answer; `silence` says why. */
  readonly engine: TrafficEngine | undefined;
  readonly silence: string;
  /** The only slot that gets requests now. */
  readonly live: Slot | undefined;
  /** The slot that gets them after the engine's next start. Not the live one: a move was cut off, and is to be run again. */
  readonly configured: Slot | undefined;
}

/** Reads the engine as it is, waiting up to `patienceMs` (default 0) for it to answer. */
export const readTraffic = async (shell: HostShell, settings: TrafficSettings, patienceMs = 0): Promise<Traffic> => {
  const { socket, masterSocket, configFile } = settings;
  const argv = program(
    'traffic',
    ...['show', 'socket', socket, 'master', masterSocket, 'config', configFile, 'patience', String(patienceMs)],
  );
  const { stdout } = await mustRun(shell, argv, { timeoutMs: COMMAND_MS });
  const { engine, silence, config } = JSON.parse(stdout) as Shown;
  return {
    engine: engine ?? undefined,
    silence,
    live: engine ? liveSlot(engine) : undefined,
    configured: configuredSlot(config ?? ''),
  };
};

const liveSlot = ({ servers }: TrafficEngine): Slot | undefined => {
  const ready = (['blue', 'green'] as const).filter((slot) => servers[slot]?.state === 'ready');
  return ready.length === 1 ? ready[0] : undefined;
};

/** The engine, which has to answer. Throws TRAFFIC_ENGINE_DOWN, with `state` as the last sentence. */
export const readEngine = async (
  shell: HostShell,
  settings: TrafficSettings,
  state: string,
): Promise<TrafficEngine> => {
  const { engine, silence } = await readTraffic(shell, settings, settings.patienceMs);
  if (engine) return engine;
  const { unit, socket } = settings;
  throw trafficEngineDown({ host: shell.host.name, unit, socket, why: silence, state });
};
