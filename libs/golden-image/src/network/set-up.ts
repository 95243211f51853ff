import { imageNetworkInUse, imageNetworkInvalid } from '@polydev/errors';
import { readLinks, viewOf, type Link, type NetworkView } from './links';
import { allowOutbound, endOutbound } from './outbound';
import { inSubnet, tapName, type NetworkPlan } from './plan';
import { ip, type Run } from './run';

export interface NetworkUp {
  readonly plan: NetworkPlan;
  /** Name or number of the user that starts VMs; only that user and root may open the taps. */
  readonly user: string;
  /** How many VMs there can be at a time, those of a validation among them. */
  readonly taps: number;
  /** Whether VMs may reach other machines than their host; see {@link allowOutbound}. */
  readonly outbound?: boolean;
}

/**
 * Makes what is missing of a plan's network: the bridge with its address, and the taps. Needs root. What stands is left
 * as it is, so that running VMs notice nothing. Returns the names of what was made or mended. Throws
 * IMAGE_NETWORK_INVALID where the machine's own network is in the way, before anything is changed, and
 * IMAGE_NETWORK_FAILED.
 */
export async function networkUp(
  { plan, user, taps, outbound = false }: NetworkUp,
  run: Run,
): Promise<readonly string[]> {
  const links = await readLinks(run);
  const problems = [...conflicts(plan, links), ...tooMany(plan, taps)];
  if (problems.length > 0) throw imageNetworkInvalid(problems);
  const changed = (await setUpBridge(plan, links, run)) ? [plan.bridge] : [];
  for (const number of plan.numbers.slice(0, taps)) {
    const name = tapName(plan, number);
    if (await setUpTap({ plan, name, user, found: links.find((link) => link.name === name) }, run)) changed.push(name);
  }
  if (outbound && (await allowOutbound(plan, run))) changed.push('outbound');
  return changed;
}

const tooMany = (plan: NetworkPlan, taps: number): string[] =>
  taps > plan.numbers.length
    ? [`${plan.subnet} has addresses for ${plan.numbers.length} VMs, and ${taps} were asked for.`]
    : [];

/** What of this machine would be cut off, or answer in the VMs' stead. */
function conflicts(plan: NetworkPlan, links: readonly Link[]): string[] {
  return links.flatMap((link) => {
    if (link.name === plan.bridge)
      return link.kind === 'bridge' ? [] : [`${link.name} is an interface of this machine and no bridge.`];
    const inside = link.addresses.filter((address) => inSubnet(plan, address.split('/')[0] ?? ''));
    return inside.map((address) => `${link.name} of this machine has ${address}, which lies in ${plan.subnet}.`);
  });
}

async function setUpBridge(plan: NetworkPlan, links: readonly Link[], run: Run): Promise<boolean> {
  const { bridge, gateway, prefix, mac } = plan;
  const found = links.find((link) => link.name === bridge);
  const address = `${gateway}/${prefix}`;
  if (!found) await ip(run, 'link', 'add', 'name', bridge, 'address', mac, 'type', 'bridge');
  const addressed = found?.addresses.includes(address) ?? false;
  if (!addressed) await ip(run, 'addr', 'add', address, 'dev', bridge);
  if (!found?.up) await ip(run, 'link', 'set', bridge, 'up');
  return !found?.up || !addressed;
}

interface TapSetUp {
  readonly plan: NetworkPlan;
  readonly name: string;
  readonly user: string;
  readonly found: Link | undefined;
}

async function setUpTap({ plan, name, user, found }: TapSetUp, run: Run): Promise<boolean> {
  const right = found?.kind === 'tun' && found.owner === (await nameOf(user, run));
  // One that a VM has open refuses to go, which is said as it is.
  if (found && !right) await ip(run, 'tuntap', 'del', 'dev', name, 'mode', 'tap');
  if (!right) await ip(run, 'tuntap', 'add', 'dev', name, 'mode', 'tap', 'user', user);
  if (right && found.up && found.bridge === plan.bridge) return false;
  await ip(run, 'link', 'set', name, 'master', plan.bridge, 'up');
  return true;
}

/** `ip` shows an owner by name where it has one. */
async function nameOf(user: string, run: Run): Promise<string> {
  const { exitCode, stdout } = await run(['getent', 'passwd', user]);
  return exitCode === 0 ? (stdout.split(':')[0] ?? user) : user;
}

/**
 * Takes a plan's network away: its taps and the bridge. Returns the names of what is gone; nothing is no error. Throws
 * IMAGE_NETWORK_IN_USE.
 */
export async function networkDown(plan: NetworkPlan, run: Run): Promise<readonly string[]> {
  const links = await readLinks(run);
  const { taps } = viewOf(plan, links);
  const used = taps.filter((tap) => tap.inUse).map((tap) => tap.name);
  if (used.length > 0) throw imageNetworkInUse({ bridge: plan.bridge, taps: used });
  const names = taps.map((tap) => tap.name);
  if (links.some((link) => link.name === plan.bridge && link.kind === 'bridge')) names.push(plan.bridge);
  for (const name of names) await ip(run, 'link', 'delete', name);
  if (await endOutbound(plan, run)) names.push('outbound');
  return names;
}

/** What is missing before a VM can be started on a plan's network; one clause each, none where it stands. */
export function missingOf(plan: NetworkPlan, view: NetworkView): readonly string[] {
  return [
    ...(view.up ? [] : [`the bridge ${plan.bridge} with ${plan.gateway} is not there or not up`]),
    ...(view.taps.some((tap) => tap.plugged) ? [] : [`${plan.bridge} has no tap`]),
  ];
}
