import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { imageAddressesTaken, imageNetworkNotUp, imageTunClosed } from '@polydev/errors';
import type { VmNetwork } from '../drivers/driver';
import type { ImagesLayout } from '../layout';
import { missingOf, placeOf, planNetwork, runHere, showNetwork, type BridgeSettings, type Run } from '../network';
import type { NetworkSettings } from '../settings';
import { claimNumber } from './claims';
import { isLive, readLease } from './lease';

/** Below what Linux gives to connections by itself (ip_local_port_range begins at 32768). */
const PORTS = { first: 20_000, count: 10_000 } as const;

export interface NetworkClaim {
  readonly layout: ImagesLayout;
  readonly network: NetworkSettings;
  /** Id of the VM that is to have it. */
  readonly vm: string;
  readonly run?: Run;
}

/**
 * Takes an address (or a port, where ports are forwarded) for a VM that no other one has, among any number of starters
 * at the same time. It is given back by `releaseClaims`, or once neither the VM nor this process lives. Throws
 * IMAGE_NETWORK_NOT_UP, IMAGE_TUN_CLOSED, IMAGE_NETWORK_INVALID or IMAGE_ADDRESSES_TAKEN.
 */
export async function claimNetwork(claim: NetworkClaim): Promise<VmNetwork> {
  const { network } = claim;
  switch (network.mode) {
    case 'forward':
      return claimPort(claim);
    case 'bridge':
      return claimPlace(claim, network);
  }
}

async function claimPort({ layout, vm }: NetworkClaim): Promise<VmNetwork> {
  const start = randomInt(PORTS.count);
  const ports = Array.from({ length: PORTS.count }, (_, index) => PORTS.first + ((start + index) % PORTS.count));
  const port = await claimNumber(layout, ports, { vm, lives: livesIn(layout), usable: canListen });
  if (port === undefined) {
    const where = `${PORTS.first} to ${PORTS.first + PORTS.count - 1}`;
    throw imageAddressesTaken({ kind: 'port', where, count: PORTS.count });
  }
  return { mode: 'forward', port };
}

async function claimPlace({ layout, vm, run = runHere }: NetworkClaim, settings: BridgeSettings): Promise<VmNetwork> {
  const plan = planNetwork(settings);
  const view = await showNetwork(plan, run);
  const plugged = view.taps.filter((tap) => tap.plugged);
  const openable = plugged.filter((tap) => mayOpen(tap.owner));
  const missing = [
    ...missingOf(plan, view),
    ...(plugged.length > 0 && openable.length === 0
      ? [`the taps of ${plan.bridge} belong to ${plugged[0]?.owner ?? 'root'}, not to ${userInfo().username}`]
      : []),
  ];
  if (missing.length > 0) throw imageNetworkNotUp({ missing });
  await requireTun(run);
  // One that is open without a claim belongs to a VM that somebody else started.
  const free = openable.filter((tap) => !tap.inUse).map((tap) => tap.number);
  const number = await claimNumber(layout, free, { vm, lives: livesIn(layout), usable: async () => true });
  if (number === undefined) throw imageAddressesTaken({ kind: 'address', where: plan.bridge, count: openable.length });
  return placeOf(plan, number);
}

const TUN = '/dev/net/tun';

/** Opened to see whether it opens: besides its mode, a container or a missing module may forbid it. That alone makes nothing. */
const requireTun = async (run: Run): Promise<void> => {
  const { exitCode, stderr } = await run(['sh', '-c', 'exec 3<> "$0"', TUN]);
  if (exitCode === 0) return;
  const reason = stderr.trim().split(': ').at(-1) || `exit code ${exitCode}`;
  throw imageTunClosed({ device: TUN, user: userInfo().username, reason });
};

const mayOpen = (owner: string | undefined): boolean => {
  const { uid, username } = userInfo();
  return uid === 0 || owner === username || owner === String(uid);
};

const livesIn = (layout: ImagesLayout) => async (vm: string) => {
  const lease = await readLease(layout, vm);
  return lease !== undefined && (await isLive(lease));
};

const canListen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
      .once('error', () => resolve(false))
      .listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
