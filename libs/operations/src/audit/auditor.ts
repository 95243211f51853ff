import type { AuditEntry, KeptHead, Who } from '@polydev/audit';
import type { EnvironmentConfig } from '@polydev/manifest';
import type { GivenApproval } from '../operations';

/** What the deployer's side knows that entries of the audit log are to say. */
export interface Auditor {
  readonly who: Who;
  /** By which right and why something is done: who approved which plan, whether a rule was put aside. */
  readonly permission?: Pick<AuditEntry, 'approver' | 'emergency' | 'plan' | 'reason'>;
  /** Keeps heads on the deployer's own machine, where no host can change them. */
  readonly keepHeads?: (heads: readonly KeptHead[]) => void;
}

/** What an approval adds to an entry. Pure. */
export const approvalFacts = (approval?: GivenApproval): Pick<AuditEntry, 'approver' | 'plan'> => {
  if (approval === undefined) return {};
  const { plan, ...approver } = approval;
  return { approver, plan };
};

/** What it takes to write entries. */
export interface Auditing {
  readonly environment: EnvironmentConfig;
  readonly auditor?: Auditor | undefined;
  /** `user@machine`, where nobody says more of who it is. */
  readonly by: string;
  /** When it happened; left out, now. */
  readonly at?: string;
}

/** What an entry says, beside when, who and where. */
export type EntryFacts = Omit<AuditEntry, 'at' | 'who' | 'environment'>;

export const entryOf = ({ environment, auditor, by, at }: Auditing, facts: EntryFacts): AuditEntry => ({
  at: at ?? new Date().toISOString(),
  who: auditor?.who ?? { by },
  environment: environment.name,
  ...facts,
});
