import type { HostOutcome, HostRecord, TargetRecord } from '@polydev/contract';
import { combined } from '@polydev/errors';
import type { Host, HostShell } from '@polydev/host';
import { approvalFacts } from '../audit/auditor';
import { auditBegin, auditEnd } from '../audit/audit-move';
import { withHosts, withShells } from '../connect';
import type { DeployInput, GivenApproval } from '../operations';
import { withWayBack } from '../images/plan';
import { targetOutcome } from '../record/join';
import { assertIdIsOurs, writePart } from '../record/parts';
import { whileReopened } from '../record/settle-part';
import { isUnfinished, recoverRun } from '../recover/recover';
import { composePlan, type HostFacts } from '../plan/compose';
import { assertExpected } from '../plan/expect';
import { factsOfHost } from '../plan/look-at-hosts';
import { isNoOp } from '../plan/target-plan';
import { signRelease } from '../signatures/sign-release';
import { lookAtHost } from './look';
import { prepareHost, type Prepared } from './prepare';
import { readTarget, type TargetArtifact } from './read-target';
import { moveHosts } from './move';
import { refuseWithoutRsync } from './rsync-refusal';
import { assertDecrypted } from './secrets';
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
  assertDecrypted(target, environment);
  await refuseWithoutRsync(target);
  const read = await readTarget(target, input.artifactDirectory);
  const { sha, environment: on } = head;
  const named = { target: target.name, environment: on, sha, digest: read.artifact.digest };
  const signature = await signRelease(environment, named);
  return withHosts(environment, signal, (hosts) =>
    withShells({ hosts, stateDir: environment.stateDir, target: target.name, head }, async (shells) => {
      await assertIdIsOurs(first(hosts), environment.stateDir, head);
      const { prepared, approved } = await prepareAll(input, { ...read, signature }, shells);
      const record = {
        ...(await run(approvedIn(input, approved), shells, prepared)),
        ...(approved === undefined ? {} : { approvedBy: approved.name }),
      };
      await writePart(shells, environment.stateDir, { head, part: record });
      sayOutcome(input, record, Date.now() - began);
      return record;
    }),
  );
};

/** The same input, with who approved it for the audit log. */
const approvedIn = (input: DeployInput, approved: GivenApproval | undefined): DeployInput => {
  const { auditor } = input;
  if (approved === undefined || auditor === undefined) return input;
  return { ...input, auditor: { ...auditor, permission: { ...auditor.permission, ...approvalFacts(approved) } } };
};

/** Mends what dead runs left, looks at every host, and refuses with everything at once before any is touched. */
const prepareAll = async (
  input: DeployInput,
  { signature, ...read }: TargetArtifact & { readonly signature: string | undefined },
  shells: readonly HostShell[],
): Promise<{ readonly prepared: Prepared[]; readonly approved: GivenApproval | undefined }> => {
  const { environment, target, report } = input;
  const found = await Promise.all(shells.map(({ host }) => readState(host, environment.stateDir, target)));
  const { facts, approved } = await refuseUnexpected({ ...input, ...read }, shells, found);
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
    prepareHost({ shell: at(shells, index), artifact: read.artifact, signature, look, report }),
  );
  return { prepared: await Promise.all(prepared.map((host) => withImage(host, input))), approved };
};

const withImage = async (host: Prepared, { imageProgram }: DeployInput): Promise<Prepared> =>
  host.unchanged ? host : { ...host, plan: await withWayBack(host.shell, host.plan, imageProgram) };

/**
 * Throws PLAN_CHANGED or PLAN_NOT_GIVEN when something else would be done than what was asked for, or what the approval
 * throws when it is something that nobody approved. What does nothing needs no approval.
 */
const refuseUnexpected = async (
  input: DeployInput & TargetArtifact,
  shells: readonly HostShell[],
  states: readonly TargetState[],
): Promise<{ readonly facts?: readonly HostFacts[]; readonly approved?: GivenApproval }> => {
  const { expected, approval } = input;
  if (expected === undefined && approval === undefined) return {};
  const facts = await Promise.all(shells.map(({ host }, index) => factsOfHost(host, at(states, index), input)));
  const plan = composePlan({ ...input, hosts: facts });
  if (expected !== undefined) assertExpected(plan, expected);
  return { facts, ...(approval && !isNoOp(plan) ? { approved: await approval(plan) } : {}) };
};

const mendAndRead = async (
  shell: HostShell,
  state: TargetState,
  { environment, target, report, auditor, head }: DeployInput,
): Promise<TargetState> => {
  const { lastRun } = state;
  if (!isUnfinished(lastRun)) return state;
  await whileReopened(shell, environment.stateDir, {
    target,
    deployment: lastRun.run,
    mend: () => recoverRun(shell, lastRun, { environment, report, auditor, by: head.by }),
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
  await auditBegin(
    input,
    prepared.filter(({ unchanged }) => !unchanged),
  );
  const records = await moveHosts(input, prepared);
  await auditEnd(
    input,
    prepared.flatMap((host, index) => ({ host, record: at(records, index) })),
  );
  const hosts = [...records, ...missingRecords(input, prepared)];
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
