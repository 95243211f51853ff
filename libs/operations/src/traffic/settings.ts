import type { TargetConfig } from '@polydev/manifest';
import { targetLayout, type Slot } from '../layout';
import { unitNames } from '../units/names';

/** What stands behind the engine: two slots side by side, or the one service that restarts in place. */
export type TrafficServers =
  | { readonly kind: 'slots'; readonly ports: Readonly<Record<Slot, number>> }
  | { readonly kind: 'single'; readonly port: number };

/** One target's traffic engine: where it listens, what stands behind it, and where its files lie on the host. */
export interface TrafficSettings {
  readonly target: string;
  readonly address: string;
  readonly port: number;
  readonly servers: TrafficServers;
  /** How long the last requests of a slot may take. */
  readonly drainTimeoutMs: number;
  /** Its systemd unit, for messages. */
  readonly unit: string;
  readonly configFile: string;
  /** Runtime interface of the worker, and of the master that knows about older workers. */
  readonly socket: string;
  readonly masterSocket: string;
  /** How long an engine that does not answer is waited for. */
  readonly patienceMs: number;
}

/** systemd starts a killed engine again within a second or two. */
const PATIENCE_MS = 5_000;

/** Which slot gets the requests; undefined where none does. Means nothing to an engine with one server. */
export interface TrafficState {
  readonly live: Slot | undefined;
}

/** Where the sockets of a target's engine lie: the runtime directory of its unit. */
export const trafficSockets = (target: string): Pick<TrafficSettings, 'socket' | 'masterSocket'> => ({
  socket: `/run/polydev-${target}-traffic/admin.sock`,
  masterSocket: `/run/polydev-${target}-traffic/master.sock`,
});

export interface TrafficInput {
  readonly target: string;
  readonly stateDir: string;
  readonly address: string;
  readonly port: number;
  readonly drainTimeoutMs: number;
  readonly servers: TrafficServers;
}

/** The settings of a target's engine, with its files in the places that its unit knows. */
export const trafficSettings = ({ stateDir, ...given }: TrafficInput): TrafficSettings => ({
  ...given,
  unit: unitNames(given.target).traffic,
  configFile: `${targetLayout(stateDir, given.target).traffic}/haproxy.cfg`,
  ...trafficSockets(given.target),
  patienceMs: PATIENCE_MS,
});

/** What of a deploy's plan says how its traffic moves. */
export interface TrafficPlan {
  readonly target: string;
  readonly stateDir: string;
  readonly slots?: Pick<TrafficInput, 'address' | 'port' | 'drainTimeoutMs'> & {
    readonly ports: Readonly<Record<Slot, number>>;
  };
}

/** The engine of a target with two slots, as its plan has it. A plan without slots is a bug. */
export const trafficOf = ({ target, stateDir, slots }: TrafficPlan): TrafficSettings => {
  if (!slots) throw new Error(`The plan of ${target} has no slots.`);
  const { address, port, drainTimeoutMs, ports } = slots;
  return trafficSettings({ target, stateDir, address, port, drainTimeoutMs, servers: { kind: 'slots', ports } });
};

/** The engine of a target as the manifest means it; undefined where it has none. */
export const trafficOfTarget = (target: TargetConfig, stateDir: string): TrafficSettings | undefined => {
  const { name, strategy, service, traffic } = target;
  if (traffic === undefined) return undefined;
  const { address, port, drainTimeoutMs } = traffic;
  const servers: TrafficServers =
    strategy === 'blue-green' ? { kind: 'slots', ports: traffic.slots } : { kind: 'single', port: service?.port ?? 0 };
  return trafficSettings({ target: name, stateDir, address, port, drainTimeoutMs, servers });
};
