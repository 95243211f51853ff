import { ip, type Run } from './run';
import { numberOfTap, type NetworkPlan } from './plan';

/** What `ip -j -d addr show` says of an interface (iproute2 6.1), as far as it is read here. */
interface LinkJson {
  readonly ifname: string;
  readonly flags?: readonly string[];
  readonly master?: string;
  readonly linkinfo?: { readonly info_kind?: string; readonly info_data?: { readonly user?: string | number } };
  readonly addr_info?: readonly { readonly local?: string; readonly prefixlen?: number }[];
}

/** An interface of this machine. */
export interface Link {
  readonly name: string;
  readonly kind: string | undefined;
  readonly up: boolean;
  /** Whether something is plugged in: for a tap, that a VM has it open. */
  readonly carrier: boolean;
  readonly bridge: string | undefined;
  /** Name or number of the user that may open a tap. */
  readonly owner: string | undefined;
  /** IPv4 and IPv6 with their prefix. */
  readonly addresses: readonly string[];
}

/** Returns every interface of the network. */
export async function readLinks(run: Run): Promise<readonly Link[]> {
  const answer = JSON.parse(await ip(run, '-j', '-d', 'addr', 'show')) as readonly LinkJson[];
  return answer.filter((link) => link.ifname).map(linkOf);
}

function linkOf(json: LinkJson): Link {
  const flags = json.flags ?? [];
  const owner = json.linkinfo?.info_data?.user;
  return {
    name: json.ifname,
    kind: json.linkinfo?.info_kind,
    up: flags.includes('UP'),
    carrier: flags.includes('LOWER_UP'),
    bridge: json.master,
    owner: owner === undefined ? undefined : String(owner),
    addresses: (json.addr_info ?? []).map(({ local = '', prefixlen = 0 }) => `${local}/${prefixlen}`),
  };
}

/** A tap of the plan. */
export interface TapView {
  readonly number: number;
  readonly name: string;
  readonly owner: string | undefined;
  /** Whether it is plugged into the bridge and up. */
  readonly plugged: boolean;
  /** Whether a VM has it open. */
  readonly inUse: boolean;
}

/** A plan's network as it stands. */
export interface NetworkView {
  readonly bridge: string;
  readonly gateway: string;
  /** Whether the bridge is there, up, and has its address. */
  readonly up: boolean;
  readonly taps: readonly TapView[];
}

/** Returns what of a plan is there. */
export async function showNetwork(plan: NetworkPlan, run: Run): Promise<NetworkView> {
  return viewOf(plan, await readLinks(run));
}

export function viewOf(plan: NetworkPlan, links: readonly Link[]): NetworkView {
  const bridge = links.find((link) => link.name === plan.bridge);
  const up = bridge?.kind === 'bridge' && bridge.up && bridge.addresses.includes(`${plan.gateway}/${plan.prefix}`);
  const taps = links.flatMap((link) => {
    const number = numberOfTap(plan, link.name);
    if (number === undefined || link.kind !== 'tun') return [];
    const plugged = link.up && link.bridge === plan.bridge;
    return [{ number, name: link.name, owner: link.owner, plugged, inUse: link.carrier }];
  });
  return { bridge: plan.bridge, gateway: plan.gateway, up, taps: taps.sort((a, b) => a.number - b.number) };
}
