import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { command, mustRun } from './command';

/** What is the same in every session, since each has its own network namespace. */
const PREFIX = '10.77.0';

/** A host's place in its session's network. */
export interface NetworkPlace {
  /** Network namespace of the session. */
  readonly session: string;
  /** Network namespace of the host. */
  readonly namespace: string;
  /** 2 to 254: last part of its address. */
  readonly number: number;
}

export const addressOf = (number: number): string => `${PREFIX}.${number}`;

/** argv that runs a command inside a network namespace, by its name; nothing else of the process changes. */
export const insideNetwork = (namespace: string, argv: readonly string[]): string[] => [
  'nsenter',
  `--net=/run/netns/${namespace}`,
  ...argv,
];

/** The session's end of a host's cable. */
const cable = (place: NetworkPlace) => `v${place.number}`;

/** Makes a session's network: a namespace with one switch that its hosts are plugged into. */
export async function makeNetwork(namespace: string): Promise<void> {
  await mustRun(['ip', 'netns', 'add', namespace]);
  for (const line of [
    'link set lo up',
    'link add br0 type bridge',
    `addr add ${PREFIX}.1/24 dev br0`,
    'link set br0 up',
  ])
    await mustRun(['ip', '-n', namespace, ...line.split(' ')]);
}

/** Plugs a host in. Its hardware address is derived from its number, so that neighbours need not learn a new one. */
export async function plugIn(place: NetworkPlace): Promise<void> {
  const { session, namespace, number } = place;
  const hardware = `02:77:00:00:00:${number.toString(16).padStart(2, '0')}`;
  await mustRun(['ip', 'netns', 'add', namespace]);
  const ends = [cable(place), 'type', 'veth', 'peer', 'name', 'eth0', 'address', hardware, 'netns', namespace];
  await mustRun(['ip', '-n', session, 'link', 'add', ...ends]);
  for (const line of [`addr add ${addressOf(number)}/24 dev eth0`, 'link set eth0 up', 'link set lo up'])
    await mustRun(['ip', '-n', namespace, ...line.split(' ')]);
  await mustRun(['ip', '-n', namespace, 'route', 'add', 'default', 'via', `${PREFIX}.1`]);
  await mustRun(['ip', '-n', session, 'link', 'set', cable(place), 'master', 'br0', 'up']);
}

/** Cuts or mends a host's cable. */
export const setLink = async (place: NetworkPlace, state: 'up' | 'down'): Promise<void> => {
  await mustRun(['ip', '-n', place.session, 'link', 'set', cable(place), state]);
};

/**
 * Takes a host's network away. The kernel would take its cable some time after its namespace, and not before the last
 * process there has ended: so the cable is pulled first.
 */
export async function unplug(place: NetworkPlace): Promise<void> {
  await command(['ip', '-n', place.session, 'link', 'delete', cable(place)]);
  await removeNamespace(place.namespace);
  for (let tries = 0; tries < 100; tries++) {
    const look = await command(['ip', '-n', place.session, 'link', 'show', cable(place)]);
    if (look.exitCode !== 0) return;
    await sleep(20);
  }
  throw new Error(`the cable of ${place.namespace} is still there`);
}

/** Removes a network namespace; one that is gone is no error. */
export async function removeNamespace(namespace: string): Promise<void> {
  if (existsSync(`/run/netns/${namespace}`)) await mustRun(['ip', 'netns', 'del', namespace]);
}
