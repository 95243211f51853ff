/** Where everything of a target lies on its host: the one place that knows. All paths are absolute. */
export interface TargetLayout {
  readonly home: string;
  readonly lock: string;
  /** Held while VMs are started or stopped, which need not wait for a deploy. */
  readonly vmsLock: string;
  readonly journal: string;
  readonly targetFile: string;
  readonly shared: string;
  /** Directory of decrypted values, for the account that deploys and root alone. */
  readonly secrets: string;
  /** The environment file that the target's service reads. */
  readonly secretsFile: string;
  readonly release: (id: string) => string;
  readonly list: (id: string) => string;
  /** Signature of a release's list. */
  readonly signature: (id: string) => string;
  /** Names the shared entries that a release's deployment copied out of an adopted directory. */
  readonly copied: (id: string) => string;
  readonly dependencies: (key: string) => string;
  /** Symlink to the release that a slot runs, with `.on` beside it where it is to run, and `.env` for its unit. */
  readonly slot: (slot: Slot) => string;
  readonly slots: string;
  /** Where the traffic engine's configuration lies. */
  readonly traffic: string;
}

/** One of the two places in which a release of a blue-green target runs. */
export type Slot = 'blue' | 'green';
export const otherSlot = (slot: Slot): Slot => (slot === 'blue' ? 'green' : 'blue');

export const targetLayout = (stateDir: string, target: string): TargetLayout => {
  const home = `${stateDir}/targets/${target}`;
  return {
    home,
    lock: `${home}/lock`,
    vmsLock: `${home}/vms.lock`,
    journal: `${home}/journal.jsonl`,
    targetFile: `${home}/target.json`,
    shared: `${home}/shared`,
    secrets: `${home}/secrets`,
    secretsFile: `${home}/secrets/live.env`,
    release: (id) => `${home}/releases/${id}`,
    list: (id) => `${home}/releases/${id}.mtree`,
    signature: (id) => `${home}/releases/${id}.mtree.sig`,
    copied: (id) => `${home}/releases/${id}.copied`,
    dependencies: (key) => `${home}/dependencies/${key}`,
    slot: (slot) => `${home}/slots/${slot}`,
    slots: `${home}/slots`,
    traffic: `${home}/traffic`,
  };
};

/** Where deployment records lie on a host. */
export const recordLayout = (stateDir: string) => ({
  directory: `${stateDir}/deployments`,
  lock: `${stateDir}/deployments/lock`,
  record: (deployment: string) => `${stateDir}/deployments/${deployment}.json`,
  parts: (deployment: string) => `${stateDir}/deployments/${deployment}.parts`,
  part: (deployment: string, target: string) => `${stateDir}/deployments/${deployment}.parts/${target}.json`,
});

/** Where the audit log of a host lies, and the heads that were kept there: of its own log, and of other hosts'. */
export const auditLayout = (stateDir: string) => ({
  log: `${stateDir}/audit.jsonl`,
  heads: `${stateDir}/audit.heads.jsonl`,
});
