import type { HostOutcome, HostRecord, TargetRecord } from '@polydev/contract';
import { combined } from '@polydev/errors';
import type { Host, HostShell } from '@polydev/host';
import { withHosts, withShells } from '../connect';
import type { DeployInput } from '../operations';
import { withWayBack } from '../images/plan';
import { targetOutcome } from '../record/join';
import { assertIdIsOurs, writePart } from '../record/parts';
import { whileReopened } from '../record/settle-part';
import { isUnfinished, recoverRun } from '../recover/recover';
import { composePlan, type HostFacts } from '../plan/compose';
import { assertExpected, type ExpectedPlan } from '../plan/expect';
import { factsOfHost } from '../plan/look-at-hosts';
import { lookAtHost } from './look';
import { prepareHost, type Prepared } from './prepare';
import { readTarget, type TargetArtifact } from './read-target';
import { moveHosts } from './move';
import { refuseWithoutRsync } from './rsync-refusal';
import { readState, type TargetState } from './state';

/**
 * Deploys one target to every host of its environment, host after host; the first that fails takes back all that moved.
 * Returns the target's part of the record, however it ended. Throws when nothing was touched: a host that cannot be
 * reached, a lock that is held, a directory that nobody declared.
 */
export const deployTarget = async (input: DeployInput): Promise<TargetRecord> => {
  const { environment, target, head, report, signal } = input;
  const began = Date.now();
  report({
    kind: 'headline',
    text: `${target.name} → ${environment.name} (${environment.hosts.map(({ name }) => name).join(', ')})`,
  });
  await refuseWithoutRsync(target);
  const read = await readTarget(target, input.artifactDirectory);
  return withHosts(environment, signal, (hosts) =>
    withShells({ hosts, stateDir: environment.stateDir, target: target.name, head }, async (shells) => {
      await assertIdIsOurs(first(hosts), environment.stateDir, head);
      const prepared = await prepareAll(input, read, shells);
      const record = await run(input, shells, prepared);
      await writePart(shells, environment.stateDir, { head, part: record });
      sayOutcome(input, record, Date.now() - began);
      return record;
    }),
  );
};

/** Mends what dead runs left, looks at every host, and refuses with everything at once before any is touched. */
const prepareAll = async (
  input: DeployInput,
  read: TargetArtifact,
  shells: readonly HostShell[],
): Promise<Prepared[]> => {
  const { environment, target, report, expected } = input;
  const found = await Promise.all(shells.map(({ host }) => readState(host, environment.stateDir, target)));
  const facts = expected ? await refuseUnexpected({ ...input, ...read, expected }, shells, found) : undefined;
  const dead = found.some(({ lastRun }) => isUnfinished(lastRun));
  const states = dead
    ? await Promise.all(shells.map((shell, index) => mendAndRead(shell, at(found, index), input)))
    : found;
  const looks =
    facts && !dead
      ? facts.map(({ look }) => look)
      : await Promise.all(
          shells.map(({ host }, index) => lookAtHost(host, { ...input, ...read, state: at(states, index) })),
        );
  const refusals = looks.flatMap((look) => look.refusals);
  if (refusals.length > 0) throw combined(refusals);
  const prepared = looks.map((look, index) =>
    prepareHost({ shell: at(shells, index), artifact: read.artifact, look, report }),
  );
  return Promise.all(prepared.map((host) => withImage(host, input)));
};

const withImage = async (host: Prepared, { imageProgram }: DeployInput): Promise<Prepared> =>
  host.unchanged ? host : { ...host, plan: await withWayBack(host.shell, host.plan, imageProgram) };

/** Throws PLAN_CHANGED or PLAN_NOT_GIVEN when something else would be done than what was asked for. */
const refuseUnexpected = async (
  input: DeployInput & TargetArtifact & { readonly expected: ExpectedPlan },
  shells: readonly HostShell[],
  states: readonly TargetState[],
): Promise<readonly HostFacts[]> => {
  const hosts = await Promise.all(shells.map(({ host }, index) => factsOfHost(host, at(states, index), input)));
  assertExpected(composePlan({ ...input, hosts }), input.expected);
  return hosts;
};

const mendAndRead = async (
  shell: HostShell,
  state: TargetState,
  { environment, target, report }: DeployInput,
): Promise<TargetState> => {
  const { lastRun } = state;
  if (!isUnfinished(lastRun)) return state;
  await whileReopened(shell, environment.stateDir, {
    target,
    deployment: lastRun.run,
    mend: () => recoverRun(shell, lastRun, { environment, report }),
  });
  return readState(shell.host, environment.stateDir, target);
};

const run = async (
  input: DeployInput,
  shells: readonly HostShell[],
  prepared: readonly Prepared[],
): Promise<TargetRecord> => {
  const { target, head, environment, schemas } = input;
  const startedAt = new Date().toISOString();
  const part = (hosts: readonly HostRecord[], endedAt?: string): TargetRecord => ({
    target: target.name,
    outcome: targetOutcome(hosts),
    digest: at(prepared, 0).plan.digest,
    startedAt,
    ...(endedAt ? { endedAt } : {}),
    ...(schemas ? { databases: schemas.has } : {}),
    hosts: [...hosts],
  });
  if (prepared.some(({ unchanged }) => !unchanged)) {
    await writePart(shells, environment.stateDir, { head, part: part(prepared.map(runningRecord)) });
  }
  const hosts = [...(await moveHosts(input, prepared)), ...missingRecords(input, prepared)];
  return part(hosts, new Date().toISOString());
};

/** What the record says of hosts that were left out. */
const missingRecords = ({ environment, report }: DeployInput, prepared: readonly Prepared[]): readonly HostRecord[] => {
  const reached = new Set(prepared.map(({ shell }) => shell.host.name));
  const missing = environment.hosts.filter(({ name }) => !reached.has(name));
  return missing.map(({ name }) => {
    const text = `${name} could not be reached and was left out.`;
    report({ kind: 'warning', host: name, text, hint: 'It keeps what it had; the next deploy brings it level.' });
    return { host: name, outcome: 'not-reached', steps: [], notes: [text] };
  });
};

const runningRecord = ({ shell, plan, unchanged }: Prepared): HostRecord => ({
  host: shell.host.name,
  outcome: unchanged ? 'unchanged' : 'running',
  release: unchanged?.release ?? plan.release,
  steps: [],
  notes: [],
});

const sayOutcome = ({ target, environment, report }: DeployInput, record: TargetRecord, durationMs: number): void => {
  const ok = record.outcome === 'moved' || record.outcome === 'unchanged';
  const like = record.hosts.find(({ outcome }) => outcome === record.outcome);
  const what = WORDS[record.outcome](environment.name, like?.release, target.healthCheck ? 'healthy, ' : '');
  report({ kind: 'outcome', ok, text: `${target.name}: ${what} (${(durationMs / 1000).toFixed(1)} s)` });
};

const WORDS: Readonly<
  Record<HostOutcome, (environment: string, release: string | undefined, healthy: string) => string>
> = {
  unchanged: (on, release = '', healthy) => `already live on ${on}, ${healthy}no drift (${release}); nothing was done`,
  moved: (on, release = '') => `${release} is live on ${on}`,
  'taken-back': (on, release = 'nothing') => `taken back on ${on}; ${release} serves, as before`,
  stuck: (on) => `stuck on ${on}; see above`,
  running: (on) => `not ended on ${on}`,
  'not-reached': (on) => `not reached on ${on}`,
};

const first = (hosts: readonly Host[]): Host => at(hosts, 0);
const at = <T>(items: readonly T[], index: number): T => {
  const item = items[index];
  if (item === undefined) throw new Error(`There is no item ${index}.`);
  return item;
};
