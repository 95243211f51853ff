import type { SchemaChange } from '@polydev/contract';
import { compareDeltas, deltaOf, type Difference } from '../catalogue';
import type { Database } from '../drivers/driver';
import type { Migration } from '../migration';
import { planMigrations, type Plan } from '../plan';
import type { ShadowSource } from '../shadow';
import { readApplied } from '../store';
import { applyPending, type AppliedNow } from './apply-pending';
import type { RunContext } from './context';
import { inspect } from './inspect';
import { lookAt } from './look-at';
import { openRun, type RunInput } from './open-run';
import { readSchema } from './read-schema';
import { rehearse, type Rehearsal } from './rehearse';

export interface MigrateInput extends RunInput {
  readonly migrations: readonly Migration[];
  /** Lets files in that are older than the newest that is applied. */
  readonly allowOutOfOrder?: boolean | undefined;
  /** Where the files are tried first; undefined = nowhere, which leaves them not validated. */
  readonly shadow: ShadowSource | undefined;
  /** Awaited when all looks are over and the lease is held, before the first file: for whoever writes down what is begun. */
  readonly onBegin?:
    ((schema: { readonly from: string | undefined; readonly to: string | undefined }) => Promise<void>) | undefined;
}

export interface MigrateResult {
  /** Newest version that was applied before and is now; undefined for none. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** What this run applied; empty where nothing was pending. */
  readonly applied: readonly AppliedNow[];
  /** What it did to the schema. */
  readonly changes: readonly SchemaChange[];
  /** Where the change is another one than on the shadow; empty where nothing was validated. */
  readonly differences: readonly Difference[];
  /** What the shadow could not hold; a clause each. */
  readonly notValidated: readonly string[];
  /** What the database's service advises afterwards. */
  readonly advice: Awaited<ReturnType<Database['advise']>>;
}

/**
 * Applies what is pending, under the lease, and validates the schema's change against a shadow's. Nothing pending: looks once and
 * changes nothing. Throws MIGRATIONS_DRIFTED, MIGRATIONS_RENAMED, MIGRATIONS_OUT_OF_ORDER, MIGRATION_UNFINISHED, MIGRATION_LINT_BLOCKS and
 * MIGRATION_WOULD_FAIL before anything is applied, and MIGRATION_FAILED and its kin for a file that failed; those before it stay
 * applied. Differences from the shadow are no error here: all is applied then; see `ensureAsTried`.
 */
export const migrate = async (input: MigrateInput): Promise<MigrateResult> => {
  const { database, report } = input;
  for (const text of await database.reconcile()) report({ event: 'note', text });
  const first = await lookAt(input);
  if (first.pending.length === 0) return unchanged(first);
  return openRun(input, async (run) => {
    // Another run may have applied them while this one waited.
    const plan = await lookAt({ ...input, report: () => undefined });
    return plan.pending.length === 0 ? unchanged(plan) : applyPlan(input, plan, run);
  });
};

const applyPlan = async (input: MigrateInput, plan: Plan, run: RunContext): Promise<MigrateResult> => {
  const { database } = input;
  await inspect(input, plan.pending);
  const rehearsal = await rehearsalOf(input, plan);
  await input.onBegin?.({ from: plan.schemaVersion, to: aimOf(plan) });
  const before = await readSchema(run);
  const applied = await applyPending(run, plan.pending);
  const changes = deltaOf(before, await readSchema(run));
  return {
    from: plan.schemaVersion,
    to: planMigrations(input.migrations, await readApplied(database)).schemaVersion,
    applied,
    changes,
    differences: rehearsal.changes ? compareDeltas(rehearsal.changes, changes, rehearsal.notHeld) : [],
    notValidated: rehearsal.notValidated,
    advice: await database.advise(),
  };
};

/** The newest version once all is applied. */
const aimOf = ({ schemaVersion, pending }: Plan): string | undefined =>
  [...(schemaVersion === undefined ? [] : [schemaVersion]), ...pending.map(({ version }) => version)].sort().at(-1);

const rehearsalOf = async (input: MigrateInput, plan: Plan): Promise<Rehearsal> => {
  const { database, shadow, report } = input;
  if (!shadow) return { changes: undefined, notHeld: [], notValidated: ['no shadow database was asked for'] };
  const begun = performance.now();
  const applied = plan.applied.map(({ migration }) => migration);
  const rehearsal = await rehearse({ shadow, real: database, applied, pending: plan.pending, run: input });
  if (rehearsal.changes) report({ event: 'tried', count: plan.pending.length, durationMs: performance.now() - begun });
  return rehearsal;
};

const unchanged = ({ schemaVersion }: Plan): MigrateResult => ({
  from: schemaVersion,
  to: schemaVersion,
  applied: [],
  changes: [],
  differences: [],
  notValidated: [],
  advice: [],
});

/** What `checkPlan` found: what a run would do, as far as the shadow can tell. */
export interface PlanCheck {
  readonly plan: Plan;
  /** What it would do to the schema; undefined where the shadow could not hold what the files need. */
  readonly changes: readonly SchemaChange[] | undefined;
  readonly notValidated: readonly string[];
}

/**
 * Whether `migrate` would pass: the same looks, and the files on the shadow. The real database is only read, without the lease.
 * Throws as `migrate` does before it applies anything.
 */
export const checkPlan = async (input: Omit<MigrateInput, 'leaseTtlMs' | 'leaseWaitMs'>): Promise<PlanCheck> => {
  const plan = await lookAt(input);
  if (plan.pending.length === 0) return { plan, changes: [], notValidated: [] };
  await inspect(input, plan.pending);
  const { changes, notValidated } = await rehearsalOf(input, plan);
  return { plan, changes, notValidated };
};
