import { approvalFacts, type EntryFacts } from '../audit/auditor';
import type { DatabaseOutcome, DeployDatabaseInput } from '../operations';

/** What was migrated has a record of its own in the database. */
export const STAYS = 'What was migrated stays; the database’s own record has it.';

/** What the audit log says of a database, which is on no host. Pure. */
export const entryOf = (
  { target, head, auditor }: Pick<DeployDatabaseInput, 'target' | 'head' | 'auditor'>,
  facts: Omit<EntryFacts, 'action'>,
): EntryFacts => ({
  action: 'migration',
  target,
  deployment: head.id,
  commit: head.sha,
  ...(head.reason === undefined ? {} : { reason: head.reason }),
  ...auditor?.permission,
  ...facts,
});

export const endedFacts = ({ outcome, schema, approval }: DatabaseOutcome): Omit<EntryFacts, 'action'> => ({
  ...approvalFacts(approval),
  ...(schema.from === undefined ? {} : { before: schema.from }),
  ...(schema.to === undefined ? {} : { after: schema.to }),
  result: RESULTS[outcome],
});

const RESULTS = {
  moved: 'succeeded',
  unchanged: 'unchanged',
  failed: 'failed',
  'half-way': 'stuck',
  unknown: 'stuck',
} as const;
