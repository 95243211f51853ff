import { deploymentHeadSchema, type DeploymentRecord, type HostRecord, type TargetRecord } from '@polydev/contract';
import { isOpsError } from '@polydev/errors';
import type { Host, HostShell } from '@polydev/host';
import type { TargetConfig } from '@polydev/manifest';
import { readState } from '../deploy/state';
import { targetLayout } from '../layout';
import type { CloseInput } from '../operations';
import { undoSucceeded } from '../recover/recover';
import { targetOutcome } from './join';
import { openWhenFree, PATIENT } from './lock';
import { writePart } from './parts';

/**
 * Takes back what a deployment had moved before another of its targets failed, in reverse graph order: each under its
 * lock, and only where this deployment's release is still the live one. How far that goes says the manifest's
 * `rollback_on_failure` of the target that failed or was not reached. Returns whether anything was to go back.
 */
export const takeBackMoved = async (
  hosts: readonly Host[],
  record: DeploymentRecord,
  input: CloseInput,
): Promise<boolean> => {
  const moved = movedTargets(record, input.environment.targets);
  if (moved.length === 0) return false;
  const names = moved.map(({ config }) => config.name).join(', ');
  input.report({ kind: 'headline', text: `${failedNames(record)}: this deployment goes back as one (${names})` });
  for (const target of moved) await takeTargetBack(hosts, target, { record, input });
  return true;
};

interface MovedTarget {
  readonly config: TargetConfig;
  readonly part: TargetRecord;
}

/** What has to go back, in the order in which it goes. Pure. */
export const movedTargets = (
  { outcome, kind, targets }: Pick<DeploymentRecord, 'outcome' | 'kind' | 'targets'>,
  configs: readonly TargetConfig[],
): readonly MovedTarget[] => {
  if (kind !== 'deploy' || outcome === 'succeeded' || outcome === 'running') return [];
  const configOf = (name: string) => configs.find((config) => config.name === name);
  const wanted = targets
    .filter(isFailed)
    // What needs a migration that failed must not serve, and a database has no setting that says otherwise.
    .some(({ target, schema }) => schema !== undefined || configOf(target)?.rollbackOnFailure === 'deployment');
  if (!wanted) return [];
  return targets.toReversed().flatMap((part) => {
    const config = configOf(part.target);
    return config !== undefined && part.outcome === 'moved' ? [{ config, part }] : [];
  });
};

const isFailed = ({ outcome }: TargetRecord): boolean => outcome !== 'moved' && outcome !== 'unchanged';

const failedNames = ({ targets }: DeploymentRecord): string => {
  const failed = targets.filter(isFailed);
  const words = failed.map(
    ({ target, outcome }) => `${target} ${outcome === 'not-reached' ? 'was not reached' : 'failed'}`,
  );
  return words.join(', ');
};

interface Closing {
  readonly record: DeploymentRecord;
  readonly input: CloseInput;
}

const takeTargetBack = async (
  hosts: readonly Host[],
  { config, part }: MovedTarget,
  { record, input }: Closing,
): Promise<void> => {
  const { stateDir } = input.environment;
  const head = deploymentHeadSchema.parse(record);
  const lock = { target: config.name, lockFile: targetLayout(stateDir, config.name).lock, head, tries: PATIENT };
  const shells = (await Promise.all(hosts.map((host) => openWhenFree(host, lock)))).flatMap((shell) => shell ?? []);
  const write = (records: readonly HostRecord[]) =>
    writePart(shells, stateDir, {
      head,
      part: { ...part, hosts: [...records], outcome: targetOutcome(records), endedAt: new Date().toISOString() },
    });
  try {
    const ours = await Promise.all(shells.map((shell) => isStillLive(shell, config, { record, input })));
    const going = shells.filter((_, index) => ours[index]);
    if (part.hosts.every((host) => leftAlone(host) === host) && going.length === 0) return;
    // The intent first: who comes after a death in here finds a part that has not ended.
    await write(part.hosts.map((host) => (isOf(host, going) ? { ...host, outcome: 'running' } : host)));
    const records = new Map<string, HostRecord>();
    if (going.length > 0) input.report({ kind: 'headline', text: `${config.name} goes back` });
    for (const host of part.hosts.toReversed()) {
      const shell = going.find((one) => one.host.name === host.host);
      records.set(host.host, shell ? await undoOn(shell, host, { config, record, input }) : leftAlone(host));
    }
    await write(part.hosts.map((host) => records.get(host.host) ?? host));
  } finally {
    await Promise.all(shells.map((shell) => shell.release().catch(() => undefined)));
  }
};

const isOf = (record: HostRecord, shells: readonly HostShell[]): boolean =>
  record.outcome === 'moved' && shells.some(({ host }) => host.name === record.host);

const isStillLive = async (shell: HostShell, target: TargetConfig, { record, input }: Closing): Promise<boolean> => {
  const { path, lastRun } = await readState(shell.host, input.environment.stateDir, target);
  return path.release === record.id && lastRun?.run === record.id && lastRun.outcome === 'succeeded';
};

const undoOn = async (
  shell: HostShell,
  host: HostRecord,
  { config, record, input }: Closing & { readonly config: TargetConfig },
): Promise<HostRecord> => {
  const { release: _, ...base } = host;
  const reason = failedNames(record);
  try {
    const { lastRun } = await readState(shell.host, input.environment.stateDir, config);
    if (lastRun === undefined) return leftAlone(host);
    const { release } = await undoSucceeded(shell, lastRun, { ...input, by: record.by, reason });
    const notes = [...host.notes, `Taken back because ${reason}.`];
    return { ...base, outcome: 'taken-back', ...(release === undefined ? {} : { release }), notes };
  } catch (error) {
    if (!isOpsError(error)) throw error;
    input.report({ kind: 'error', error, host: shell.host.name });
    const { code, message, hint } = error;
    return { ...host, outcome: 'stuck', error: { code, message, hint } };
  }
};

const leftAlone = (host: HostRecord): HostRecord =>
  host.outcome === 'moved' && !host.notes.includes(LEFT) ? { ...host, notes: [...host.notes, LEFT] } : host;

const LEFT = 'Not taken back: another deployment is at work there or has moved it since.';
