import type { HostOutcome, SchemaMove, TargetRecord } from '@polydev/contract';
import type { Host } from '@polydev/host';
import type { Event } from '@polydev/reporting';
import { UNTOUCHED } from '../audit/append';
import type { Auditing } from '../audit/auditor';
import { recordOnHosts } from '../audit/record-in-audit';
import { withHosts } from '../connect';
import type { DatabaseOutcome, DeployDatabase, DeployDatabaseInput } from '../operations';
import { assertIdIsOurs } from '../record/parts';
import { endedFacts, entryOf, STAYS } from './entries';
import { writeParts } from './write-parts';

/**
 * Lets a database be migrated and writes its part of the record to every host: that it begins, before the first file, and how it
 * ended. What keeps two runs apart is the database's own lease. Throws what `migrate` throws; then there is no part, as
 * nothing was touched.
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
    const begin = (schema: SchemaMove) =>
      writeParts(hosts, { target, startedAt, outcome: 'running', schema, hosts: [] }, input);
    const ended = await migrated(hosts, { ...input, begin }, auditing);
    const part = partOf(ended, { target, startedAt, endedAt: new Date().toISOString() });
    await recordOnHosts(hosts, entryOf(input, endedFacts(ended)), { ...auditing, state: STAYS });
    await writeParts(hosts, part, input);
    if (ended.error) report({ kind: 'error', error: ended.error });
    report(endOf(ended, { input, durationMs: Date.now() - began }));
    return part;
  });
};

/** Migrates, and writes down that nothing was, where it throws. */
const migrated = async (
  hosts: readonly Host[],
  input: DeployDatabaseInput & { readonly begin: (schema: SchemaMove) => Promise<void> },
  auditing: Auditing,
): Promise<DatabaseOutcome> => {
  try {
    return await input.migrate(hosts, input.begin);
  } catch (error) {
    await recordOnHosts(hosts, entryOf(input, { result: 'refused' }), { ...auditing, state: UNTOUCHED }).catch(
      () => undefined,
    );
    throw error;
  }
};

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
  const schemaNow =
    outcome === 'unknown'
      ? 'the next run finds out'
      : schema.to === undefined
        ? 'no migration is applied'
        : `the schema is at ${schema.to}`;
  const what = {
    moved: `migrated in ${input.environment.name}`,
    unchanged: `nothing to do in ${input.environment.name}`,
    failed: `not migrated in ${input.environment.name}`,
    'half-way': `not migrated to the end in ${input.environment.name}`,
    unknown: `it is not known what was migrated in ${input.environment.name}`,
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
  // Whoever comes next asks the database.
  unknown: 'running',
};
