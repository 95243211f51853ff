import type { DeploymentHead, HostRecord, SchemaVersions, TargetRecord } from '@polydev/contract';
import type { HostShell } from '@polydev/host';
import { auditBegin, auditEnd } from '../audit/audit-move';
import { withLocks } from '../connect';
import { decidedByFirst, recordOf, type Planned } from '../deploy/host-record';
import { withWayBack } from '../images/plan';
import type { RollbackInput, RollbackResult } from '../operations';
import { targetOutcome } from '../record/join';
import { assertIdIsOurs, writePart } from '../record/parts';
import { mend } from '../recover/mend';
import { changesOf, type RollbackChanges } from './changes';
import { aim, refuseOutdated, verifyReleases, wentBack, type Aim } from './look';
import { moveBack } from './move-back';
import { schemaNotes, schemasWith } from './schema-notes';
import { planRollback } from './plan-rollback';
import { withSites, type Site } from './sites';

/** A host that is ready to go back; `unchanged` where the release serves there already. */
export interface Prepared extends Planned {
  readonly aim: Aim;
  readonly unchanged: boolean;
}

/**
 * Takes targets back as one: every release is found, every lock taken and every retained file proven before the first
 * moves; then they go in reverse graph order, and if one does not become healthy all return to what serves now.
 */
export const rollbackTargets = async (input: RollbackInput): Promise<RollbackResult> => {
  const { environment, report } = input;
  report({ kind: 'headline', text: `Rollback on ${environment.name}: ${namesOf(input).join(', ')}` });
  return withSites({ ...input, targets: input.targets.toReversed() }, async (sites) => {
    const stays = await mendAll(sites, input);
    const before = await aim(sites, { ...input, stays });
    sayAims(before, input);
    const head = input.openHead(commitOf(before));
    const wanted = sites.map(({ host, target }) => ({ host, target: target.name }));
    return withLocks(wanted, { stateDir: environment.stateDir, head }, async (shells) => {
      const now = await aim(sites, { ...input, stays });
      refuseOutdated(before, now);
      await verifyReleases(now, input);
      saySchemas(now, input);
      return { head, targets: await run(input, head, await prepare(now, shells, { input, head })) };
    });
  });
};

/** Says where a rollback would go and proves it possible; touches nothing, mends nothing, holds no lock. */
export const previewRollback = (input: Omit<RollbackInput, 'openHead' | 'by'>): Promise<readonly RollbackPreview[]> =>
  withSites({ ...input, targets: input.targets.toReversed() }, async (sites: readonly Site[]) => {
    const aims = await aim(sites, { ...input, foresee: true });
    await verifyReleases(aims, input);
    saySchemas(aims, input);
    const { stateDir } = input.environment;
    return Promise.all(aims.map(async (one) => ({ ...one, changes: await changesOf(one, stateDir) })));
  });

/** Where a site would go, and what would change there. */
export interface RollbackPreview extends Aim {
  readonly changes: RollbackChanges | undefined;
}

/** Mends what dead runs left; returns the targets that went back by that, which is what a rollback without a SHA is for. */
const mendAll = async (sites: readonly Site[], input: RollbackInput): Promise<ReadonlySet<string>> => {
  const stays = new Set<string>();
  for (const { host, target } of sites) {
    const recovery = await mend(host, { ...input, target });
    if (recovery && wentBack(recovery)) stays.add(target.name);
  }
  return stays;
};

/** What the deployment is named after: the commit that was asked for, else that of the first target. */
const commitOf = (aims: readonly Aim[]): string | undefined => {
  const choice = aims.at(-1)?.choice;
  return choice?.asked ?? choice?.sha;
};

const namesOf = ({ targets }: Pick<RollbackInput, 'targets'>): readonly string[] => targets.map(({ name }) => name);

const sayAims = (aims: readonly Aim[], { report }: Pick<RollbackInput, 'report'>): void => {
  for (const { host, choice } of aims) {
    if (choice.doubt !== undefined) report({ kind: 'warning', host: host.name, text: choice.doubt });
  }
};

/** Says where a database is newer than a release that goes back knows: that is how it is meant to be, and to be known. */
const saySchemas = (
  aims: readonly Aim[],
  { report, schemas = {} }: Pick<RollbackInput, 'report' | 'schemas'>,
): void => {
  for (const { host, target, state, choice } of aims) {
    const migrations = state.releases.find(({ id }) => id === choice.release)?.info?.migrations ?? {};
    schemaNotes(target.name, { migrations, schemas }).forEach((text) =>
      report({ kind: 'note', host: host.name, text }),
    );
  }
};

const prepare = async (
  aims: readonly Aim[],
  shells: readonly HostShell[],
  { input, head }: { readonly input: RollbackInput; readonly head: DeploymentHead },
): Promise<readonly Prepared[]> => {
  const preparing = aims.map(async (one, index) => {
    const shell = shells[index];
    if (shell === undefined) throw new Error(`There is no shell ${index}.`);
    const { target, state, choice } = one;
    const unchanged = state.path.release === choice.release;
    const { stateDir, secrets } = input.environment;
    const plan = planRollback({ target, stateDir, head, state, choice, secrets });
    return {
      aim: one,
      shell,
      plan: unchanged ? plan : await withWayBack(shell, plan, input.imageProgram),
      unchanged,
    };
  });
  return decidedByFirst(await Promise.all(preparing), ({ unchanged }) => !unchanged);
};

const run = async (
  input: RollbackInput,
  head: DeploymentHead,
  prepared: readonly Prepared[],
): Promise<readonly TargetRecord[]> => {
  const { stateDir } = input.environment;
  const startedAt = new Date().toISOString();
  const [first] = prepared;
  if (first) await assertIdIsOurs(first.shell.host, stateDir, head);
  const write = async (records: ReadonlyMap<Prepared, HostRecord>, endedAt?: string) => {
    const times = { startedAt, ...(endedAt === undefined ? {} : { endedAt }) };
    const parts = partsOf(prepared, records, { times, schemas: input.schemas ?? {} });
    await Promise.all(
      parts.map((part) => {
        const own = prepared.filter(({ plan }) => plan.target === part.target).map(({ shell }) => shell);
        return writePart(own, stateDir, { head, part });
      }),
    );
    return parts;
  };
  await write(new Map(prepared.map((one) => [one, begunRecord(one)])));
  await auditBegin(
    { ...input, head },
    prepared.filter(({ unchanged }) => !unchanged),
  );
  const records = await moveBack(input, prepared);
  await auditEnd(
    { ...input, head },
    [...records].map(([host, record]) => ({ host, record })),
  );
  return write(records, new Date().toISOString());
};

const begunRecord = (one: Prepared): HostRecord =>
  recordOf(one, { outcome: one.unchanged ? 'unchanged' : 'running', release: one.plan.release });

const partsOf = (
  prepared: readonly Prepared[],
  records: ReadonlyMap<Prepared, HostRecord>,
  { times, schemas }: { readonly times: Pick<TargetRecord, 'startedAt' | 'endedAt'>; readonly schemas: SchemaVersions },
): readonly TargetRecord[] =>
  [...new Set(prepared.map(({ plan }) => plan.target))].map((target) => {
    const own = prepared.filter(({ plan }) => plan.target === target);
    const hosts = own.flatMap((one) => records.get(one) ?? []);
    const undid = [
      ...new Set(own.flatMap((one) => (records.get(one)?.outcome === 'moved' ? one.aim.choice.undid : []))),
    ];
    const digest = own[0]?.plan.digest;
    return {
      target,
      outcome: targetOutcome(hosts),
      ...(digest ? { digest } : {}),
      ...(undid.length > 0 ? { undid } : {}),
      ...times,
      ...schemasWith(
        own.map(({ plan }) => plan.migrations),
        schemas,
      ),
      hosts,
    };
  });
