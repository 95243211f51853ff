/** When in an operation a fault can strike. */
export type StrikesAt =
  /** Before or after one of its effects on a host. */
  | 'effect'
  /** While a step is under way. */
  | 'step'
  /** Between two operations. */
  | 'rest';

export interface Fault {
  /** What is done to a host, to the link or to the deployer, in a phrase. */
  readonly says: string;
  readonly at: StrikesAt;
  /** Whether the operation that it strikes may still succeed by itself; else the next run has to mend it. */
  readonly survivable: boolean;
  /** Only where there is a traffic engine. */
  readonly needsTraffic?: true;
}

/** Everything that is done to a deployment in a trial; a schedule is made of these. */
export const FAULTS = {
  'deployer-killed': { says: 'the deployer is killed with SIGKILL', at: 'effect', survivable: false },
  'host-killed': {
    says: 'all processes of the host are killed at once, and it boots again',
    at: 'effect',
    survivable: false,
  },
  'link-cut-2s': { says: 'the link to the host is cut for two seconds', at: 'step', survivable: true },
  'link-cut': { says: 'the link to the host is cut until the operation has ended', at: 'step', survivable: false },
  'sshd-restarted': { says: 'the SSH server is restarted', at: 'step', survivable: true },
  'disk-full': { says: 'the disk is full', at: 'step', survivable: false },
  'inodes-full': { says: 'the disk has no inodes left', at: 'step', survivable: false },
  'read-only': { says: 'the disk is remounted read-only', at: 'step', survivable: false },
  'clock-ahead': { says: 'the deployer’s clock is an hour ahead', at: 'rest', survivable: true },
  'clock-behind': { says: 'the deployer’s clock is an hour behind', at: 'rest', survivable: true },
  'file-changed': { says: 'a file of the live release is changed by hand', at: 'rest', survivable: true },
  'path-replaced': { says: 'the path is replaced by a directory by hand', at: 'rest', survivable: true },
  'haproxy-killed': { says: 'HAProxy is killed with SIGKILL', at: 'step', survivable: true, needsTraffic: true },
  'second-deployer': { says: 'another deploy begins', at: 'step', survivable: true },
  'rollback-during': { says: 'a rollback begins', at: 'step', survivable: true },
  'lock-holder-dead': { says: 'the remote shell that holds the lock is killed', at: 'effect', survivable: false },
  'lock-holder-slow': {
    says: 'the deployer is stopped until its lock has passed on, and goes on',
    at: 'effect',
    survivable: false,
  },
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof FAULTS;

export const faultNames = (): FaultName[] => Object.keys(FAULTS) as FaultName[];

/** A fault's facts, whichever it is. */
export const faultOf = (name: FaultName): Fault => FAULTS[name];
