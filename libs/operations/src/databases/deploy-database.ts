import type { HostOutcome, TargetRecord } from '@polydev/contract';
import type { Host } from '@polydev/host';
import type { Event } from '@polydev/reporting';
import { UNTOUCHED } from '../audit/append';
import { approvalFacts, type Auditing, type EntryFacts } from '../audit/auditor';
import { recordOnHosts } from '../audit/record-in-audit';
import { withHosts } from '../connect';
import { recordLayout } from '../layout';
import type { DatabaseOutcome, DeployDatabase, DeployDatabaseInput } from '../operations';
import { openWhenFree, PATIENT } from '../record/lock';
import { assertIdIsOurs, writePart } from '../record/parts';

/**
 * Lets a database be migrated and writes its part of the record to every host, once it is known how it ended: what keeps
 * two runs apart is the database's own lease. Throws what `migrate` throws; then there is no part, as nothing was touched.
 */
export const deployDatabase: DeployDatabase = (input) => {
  const { environment, head, signal, target, report, auditor } = input;
  const auditing = { environment, auditor, by: head.by };
  const began = Date.now();
  report({ kind: 'headline', text: `${target} → ${environment.name}` });
  return withHosts(environment, signal, async (hosts) => {
    const [first] = hosts;
    if (first) await assertIdIsOurs(first, environment.stateDir, head);
    const startedAt = new Date().toISOString();
    await recordOnHosts(hosts, entryOf(input, { result: 'begun' }), { ...auditing, state: UNTOUCHED });
    const ended = await migrated(hosts, input, auditing);
    const part = partOf(ended, { target, startedAt, endedAt: new Date().toISOString() });
    await recordOnHosts(hosts, entryOf(input, endedFacts(ended)), { ...auditing, state: STAYS });
    await Promise.all(hosts.map((host) => record(host, part, input)));
    if (ended.error) report({ kind: 'error', error: ended.error });
    report(endOf(ended, { input, durationMs: Date.now() - began }));
    return part;
  });
};

/** Migrates, and writes down that nothing was, where it throws. */
const migrated = async (
  hosts: readonly Host[],
  input: DeployDatabaseInput,
  auditing: Auditing,
): Promise<DatabaseOutcome> => {
  try {
    return await input.migrate(hosts);
  } catch (error) {
    await recordOnHosts(hosts, entryOf(input, { result: 'refused' }), { ...auditing, state: UNTOUCHED }).catch(
      () => undefined,
    );
    throw error;
  }
};

/** What was migrated has a record of its own in the database. */
const STAYS = 'What was migrated stays; the database’s own record has it.';

/** What the audit log says of a database, which is on no host. Pure. */
const entryOf = ({ target, head, auditor }: DeployDatabaseInput, facts: Omit<EntryFacts, 'action'>): EntryFacts => ({
  action: 'migration',
  target,
  deployment: head.id,
  commit: head.sha,
  ...(head.reason === undefined ? {} : { reason: head.reason }),
  ...auditor?.permission,
  ...facts,
});

const endedFacts = ({ outcome, schema, approval }: DatabaseOutcome): Omit<EntryFacts, 'action'> => ({
  ...approvalFacts(approval),
  ...(schema.from === undefined ? {} : { before: schema.from }),
  ...(schema.to === undefined ? {} : { after: schema.to }),
  result: ({ moved: 'succeeded', unchanged: 'unchanged', failed: 'failed', 'half-way': 'stuck' } as const)[outcome],
});

/**
 * What a database's end means for the deployment. Files that were applied before the one that failed stay: there is no
 * way back from them but a person's. Pure.
 */
export const partOf = (
  { outcome, schema, error, approval }: DatabaseOutcome,
  times: Pick<TargetRecord, 'target' | 'startedAt' | 'endedAt'>,
): TargetRecord => ({
  ...times,
  outcome: OUTCOMES[outcome],
  schema,
  ...(approval === undefined ? {} : { approvedBy: approval.name }),
  ...(error ? { error: { code: error.code, message: error.message, hint: error.hint } } : {}),
  hosts: [],
});

const endOf = (
  { outcome, schema }: DatabaseOutcome,
  { input, durationMs }: { readonly input: DeployDatabaseInput; readonly durationMs: number },
): Event => {
  const schemaNow = schema.to === undefined ? 'no migration is applied' : `the schema is at ${schema.to}`;
  const what = {
    moved: `migrated in ${input.environment.name}`,
    unchanged: `nothing to do in ${input.environment.name}`,
    failed: `not migrated in ${input.environment.name}`,
    'half-way': `not migrated to the end in ${input.environment.name}`,
  }[outcome];
  const time = `${(durationMs / 1000).toFixed(1)} s`;
  return {
    kind: 'outcome',
    ok: outcome === 'moved' || outcome === 'unchanged',
    text: `${input.target}: ${what}; ${schemaNow} (${time})`,
  };
};

const OUTCOMES: Readonly<Record<DatabaseOutcome['outcome'], HostOutcome>> = {
  moved: 'moved',
  unchanged: 'unchanged',
  failed: 'taken-back',
  'half-way': 'stuck',
};

/** A part that cannot be written changes nothing of what was migrated: the database has its own record. */
const record = async (
  host: Host,
  part: TargetRecord,
  { environment: { stateDir }, head, target, report }: DeployDatabaseInput,
): Promise<void> => {
  const lock = { target: 'deployment records', lockFile: recordLayout(stateDir).lock, head, tries: PATIENT };
  const shell = await openWhenFree(host, lock);
  if (!shell) {
    const text = `What became of ${target} could not be recorded: somebody else is recording.`;
    return report({ kind: 'warning', host: host.name, text, hint: `\`npx nx run ${target}:status\` shows it.` });
  }
  try {
    await writePart([shell], stateDir, { head, part });
  } finally {
    await shell.release().catch(() => undefined);
  }
};
