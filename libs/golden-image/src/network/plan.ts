import { imageNetworkInvalid } from '@polydev/errors';
import type { VmNetwork } from '../drivers/driver';
import type { NetworkSettings } from '../settings';

export type BridgeSettings = Extract<NetworkSettings, { mode: 'bridge' }>;
export type BridgePlace = Extract<VmNetwork, { mode: 'bridge' }>;

/** A bridge and its subnet, checked. */
export interface NetworkPlan {
  readonly bridge: string;
  /** `192.168.100.0/24`. */
  readonly subnet: string;
  /** First address of the subnet, which is the bridge's. */
  readonly gateway: string;
  /** Hardware address of the bridge; without one of its own it would change as taps come and go. */
  readonly mac: string;
  readonly prefix: number;
  /** The subnet's own address as a number. */
  readonly base: number;
  /** Numbers of the places that VMs can have: an address, a tap and a hardware address each. */
  readonly numbers: readonly number[];
}

/** The name of a tap is `<bridge>-<number>`; the kernel takes 15 characters (IFNAMSIZ - 1), 4 of them are ours. */
const BRIDGE_NAME = /^[a-z][a-z0-9_-]{0,10}$/;
/** The first place after the gateway, and as many as have three digits. */
const FIRST = 2;
const LAST = 999;

/** Returns the plan of a bridge and a subnet; throws IMAGE_NETWORK_INVALID with every problem. */
export function planNetwork(settings: BridgeSettings): NetworkPlan {
  const { bridge, subnet } = settings;
  const [address = '', prefixText = ''] = subnet.split('/');
  const base = numberOf(address);
  const prefix = /^\d{1,2}$/.test(prefixText) ? Number(prefixText) : 0;
  const problems = [
    ...(BRIDGE_NAME.test(bridge)
      ? []
      : [`The bridge ${JSON.stringify(bridge)} must have 1 to 11 characters a-z, 0-9, _ and -, a letter first.`]),
    ...subnetProblems(subnet, base, prefix),
  ];
  if (problems.length > 0 || base === undefined) throw imageNetworkInvalid(problems);
  const last = Math.min(2 ** (32 - prefix) - 2, LAST);
  const numbers = Array.from({ length: last - FIRST + 1 }, (_, index) => FIRST + index);
  return { bridge, subnet, gateway: textOf(base + 1), mac: macOf(base + 1), prefix, base, numbers };
}

function subnetProblems(subnet: string, base: number | undefined, prefix: number): string[] {
  if (base === undefined || prefix < 16 || prefix > 29)
    return [`The subnet ${JSON.stringify(subnet)} must be an IPv4 network of /16 to /29, like 192.168.100.0/24.`];
  const first = base - (base % 2 ** (32 - prefix));
  return first === base
    ? []
    : [`The subnet ${subnet} starts inside a network; that network is ${textOf(first)}/${prefix}.`];
}

/** The place with that number: nothing of it is made by this. */
export function placeOf(plan: NetworkPlan, number: number): BridgePlace {
  const address = plan.base + number;
  return {
    mode: 'bridge',
    tap: tapName(plan, number),
    address: `${textOf(address)}/${plan.prefix}`,
    gateway: plan.gateway,
    mac: macOf(address),
  };
}

export const tapName = (plan: NetworkPlan, number: number): string => `${plan.bridge}-${number}`;

/** Number of the place that a tap belongs to; undefined for an interface that is not of this plan. */
export function numberOfTap(plan: NetworkPlan, name: string): number | undefined {
  if (!name.startsWith(`${plan.bridge}-`)) return undefined;
  const number = Number(name.slice(plan.bridge.length + 1));
  return plan.numbers.includes(number) && tapName(plan, number) === name ? number : undefined;
}

/** Whether an address lies in the plan's subnet. */
export function inSubnet(plan: NetworkPlan, address: string): boolean {
  const number = numberOf(address);
  return number !== undefined && number >= plan.base && number < plan.base + 2 ** (32 - plan.prefix);
}

/**
 * Locally administered, unicast (second bit of the first byte set, first not), and the address: neighbours need not
 * learn a new one.
 */
const macOf = (address: number): string =>
  ['02', 'fc', ...bytesOf(address).map((byte) => byte.toString(16).padStart(2, '0'))].join(':');

const bytesOf = (address: number): number[] => [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256);
const textOf = (address: number): string => bytesOf(address).join('.');

function numberOf(address: string): number | undefined {
  const bytes = address.split('.');
  if (bytes.length !== 4 || !bytes.every((byte) => /^(0|[1-9]\d{0,2})$/.test(byte) && Number(byte) < 256))
    return undefined;
  return bytes.reduce((sum, byte) => sum * 256 + Number(byte), 0);
}
