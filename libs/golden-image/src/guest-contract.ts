/**
 * What guest and host say to each other over the serial console. A line each, with these words first; the guest's init prints them, the
 * drivers and the verdict read them.
 */
export const GUEST_SAYS = {
  /** The init runs: the kernel and the initrd are whole. */
  init: 'GUEST-INIT',
  baseMountFailed: 'BASE-MOUNT-FAILED',
  agentMountFailed: 'AGENT-MOUNT-FAILED',
  /** Booted, agent not started: a snapshot is taken here; the guest reads one line. */
  waiting: 'GUEST-WAITING',
  /** Reseeded, clock set, address set; the agent starts now. */
  agentStart: 'AGENT-START',
  /** `AGENT-PROBE random=<hex> now=<ms>`, printed by the agent's own process. */
  probe: 'AGENT-PROBE',
  /** `AGENT-EXIT rc=<n>` */
  agentExit: 'AGENT-EXIT',
  kernelPanic: 'Kernel panic',
} as const;

/**
 * The one line that wakes a guest: `WAKE seed=<hex> now=<ms> image=<id> probe=<0|1> address=<cidr|-> gateway=<ip|-> mac=<mac|->`. The guest
 * gives its interface that hardware address before the IP address: clones of one snapshot wake with one and the same.
 */
export const WAKE_WORD = 'WAKE';
