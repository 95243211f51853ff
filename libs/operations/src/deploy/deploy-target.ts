import { listSources, readArtifact, readTexts, type Artifact } from '@polydev/artifact';
import { RELEASE_FILE, type HostOutcome, type HostRecord, type TargetRecord } from '@polydev/contract';
import { combined } from '@polydev/errors';
import type { Host, HostShell } from '@polydev/host';
import type { TargetConfig } from '@polydev/manifest';
import { withHosts, withShells } from '../connect';
import type { DeployInput } from '../operations';
import { targetOutcome } from '../record/join';
import { assertIdIsOurs, writePart } from '../record/parts';
import { settleMended } from '../record/settle-part';
import { isUnfinished, recoverRun } from '../recover/recover';
import { findRefusals } from './refusals';
import { PACKAGE_FILES } from './dependencies';
import { prepareHost, type Prepared } from './prepare';
import { moveHosts } from './move';
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
  const artifact = await readTargetArtifact(target, input.artifactDirectory);
  return withHosts(environment, signal, (hosts) =>
    withShells({ hosts, stateDir: environment.stateDir, target: target.name, head }, async (shells) => {
      await assertIdIsOurs(first(hosts), environment.stateDir, head);
      const prepared = await prepareAll(input, artifact, shells);
      const record = await run(input, shells, prepared);
      await writePart(shells, environment.stateDir, { head, part: record });
      sayOutcome(input, record, Date.now() - began);
      return record;
    }),
  );
};

const readTargetArtifact = async (target: TargetConfig, directory: string): Promise<Artifact> => {
  const sources = target.build === 'server' ? await listSources(directory) : undefined;
  const exclude = target.build === 'server' ? ['**/node_modules', '.git'] : [];
  return readArtifact(directory, { reserved: [RELEASE_FILE], exclude, ...(sources ? { paths: sources } : {}) });
};

/** Mends what dead runs left, looks at every host, and refuses with everything at once before any is touched. */
const prepareAll = async (
  input: DeployInput,
  artifact: Artifact,
  shells: readonly HostShell[],
): Promise<Prepared[]> => {
  const { environment, target, report } = input;
  const packageFiles = await readTexts(artifact, PACKAGE_FILES);
  const states = await Promise.all(shells.map((shell) => mendAndRead(shell, input)));
  const refusals = await Promise.all(
    states.map((state, index) =>
      findRefusals({ host: at(shells, index).host, stateDir: environment.stateDir, target, artifact, state }),
    ),
  );
  if (refusals.flat().length > 0) throw combined(refusals.flat());
  return Promise.all(
    states.map((state, index) =>
      prepareHost({ ...input, artifact, packageFiles, state, shell: at(shells, index), report }),
    ),
  );
};

const mendAndRead = async (shell: HostShell, { environment, target, report }: DeployInput): Promise<TargetState> => {
  const state = await readState(shell.host, environment.stateDir, target);
  if (!isUnfinished(state.lastRun)) return state;
  await recoverRun(shell, state.lastRun, report);
  await settleMended(shell, environment.stateDir, { target, deployment: state.lastRun.run });
  return readState(shell.host, environment.stateDir, target);
};

const run = async (
  input: DeployInput,
  shells: readonly HostShell[],
  prepared: readonly Prepared[],
): Promise<TargetRecord> => {
  const { target, head, environment } = input;
  const startedAt = new Date().toISOString();
  const part = (hosts: readonly HostRecord[], endedAt?: string): TargetRecord => ({
    target: target.name,
    outcome: targetOutcome(hosts),
    digest: at(prepared, 0).plan.digest,
    startedAt,
    ...(endedAt ? { endedAt } : {}),
    hosts: [...hosts],
  });
  if (prepared.some(({ unchanged }) => !unchanged)) {
    await writePart(shells, environment.stateDir, { head, part: part(prepared.map(runningRecord)) });
  }
  const hosts = await moveHosts(input, prepared);
  return part(hosts, new Date().toISOString());
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
  const what = WORDS[record.outcome](environment.name, record.hosts[0]?.release);
  report({ kind: 'outcome', ok, text: `${target.name}: ${what} (${(durationMs / 1000).toFixed(1)} s)` });
};

const WORDS: Readonly<Record<HostOutcome, (environment: string, release: string | undefined) => string>> = {
  unchanged: (on, release = '') => `already live on ${on}, healthy, no drift (${release}); nothing was done`,
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
