import type { NetworkPlan } from './plan';
import { must, type Run } from './run';

/** Table of nftables that is ours alone; a name there has no hyphen. */
const tableOf = (plan: NetworkPlan): string => `golden_image_${plan.bridge.replaceAll('-', '_')}`;
const FORWARDING = 'net.ipv4.ip_forward';

/**
 * Lets VMs reach other machines than their host: the host forwards IPv4, between all of its networks, and VMs go out
 * under its address. Needs root, and the packages nftables and procps. Returns whether anything was changed. Throws
 * IMAGE_NETWORK_FAILED.
 */
export async function allowOutbound(plan: NetworkPlan, run: Run): Promise<boolean> {
  const forwards = (await must(run, ['sysctl', '-n', FORWARDING])).trim() === '1';
  if (forwards && (await hasTable(plan, run))) return false;
  await must(run, ['sysctl', '-q', '-w', `${FORWARDING}=1`]);
  await must(run, ['nft', '-f', '-'], rulesOf(plan));
  return true;
}

/** Takes the table away. Forwarding stays on: others may have come to need it. Returns whether there was one. */
export async function endOutbound(plan: NetworkPlan, run: Run): Promise<boolean> {
  if (!(await hasTable(plan, run))) return false;
  await must(run, ['nft', 'delete', 'table', 'ip', tableOf(plan)]);
  return true;
}

/** False as well where there is no `nft`: then there is no table of ours. */
const hasTable = async (plan: NetworkPlan, run: Run): Promise<boolean> =>
  (await run(['nft', 'list', 'table', 'ip', tableOf(plan)])).exitCode === 0;

/** What nft loads as one transaction; whatever of ours was there is replaced. */
const rulesOf = (plan: NetworkPlan): string => `table ip ${tableOf(plan)} {}
flush table ip ${tableOf(plan)}
table ip ${tableOf(plan)} {
  chain outbound {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr ${plan.subnet} ip daddr != ${plan.subnet} masquerade
  }
}
`;
