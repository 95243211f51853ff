import { readEntry, unfinishedEntries, hostLog, type AuditResult } from '@polydev/audit';
import { commandFailed, type Host, type HostShell } from '@polydev/host';
import type { RunOutcome } from '@polydev/runbook';
import type { DeployPlan } from '../deploy/plan';
import { previousOf } from '../deploy/plan';
import { auditLayout, targetLayout } from '../layout';
import { runOf } from '../recover/decision';
import { appendToLog } from './append';
import type { Auditing } from './auditor';

export interface Mended {
  readonly plan: DeployPlan;
  readonly result: Extract<AuditResult, 'succeeded' | 'rolled-back' | 'stuck'>;
  readonly reason?: string;
}

/** Writes down that a run which had died, or had succeeded in vain, was finished or taken back on a host. */
export const auditRecovery = async (
  shell: HostShell,
  { plan, result, reason }: Mended,
  auditing: Auditing,
): Promise<void> => {
  const previous = previousOf(plan);
  const after = result === 'succeeded' ? plan.release : result === 'rolled-back' ? previous : undefined;
  const before = result === 'succeeded' ? previous : plan.release;
  const state = `${plan.target} was ${WORDS[result]} there.`;
  await appendToLog(
    shell,
    {
      action: 'recover',
      target: plan.target,
      host: shell.host.name,
      deployment: plan.deployment,
      ...(reason === undefined ? {} : { reason }),
      ...(plan.sha === '' ? {} : { commit: plan.sha }),
      ...(plan.digest === '' ? {} : { digest: plan.digest }),
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
      result,
    },
    { ...auditing, state },
  );
};

const WORDS = { succeeded: 'finished', 'rolled-back': 'taken back', stuck: 'left stuck' } as const;

export interface SettledRun {
  readonly target: string;
  readonly deployment: string;
  /** Release that serves now. */
  readonly live: string | undefined;
}

/** Writes how a run ended whose deployer died between its end and the entry that says so; nothing where there is one. */
export const auditSettled = async (
  shell: HostShell,
  { target, deployment, live }: SettledRun,
  auditing: Auditing,
): Promise<void> => {
  const { environment } = auditing;
  const own = (await entriesOf(shell.host, deployment, auditing)).filter((entry) => entry.target === target);
  const begun = unfinishedEntries(own).at(-1);
  if (begun === undefined) return;
  const run = await runOf(shell.host, targetLayout(environment.stateDir, target).journal, deployment);
  const { schema: _s, log: _l, seq: _q, prev: _p, hash: _h, at: _a, who: _w, after: _t, ...facts } = begun;
  await appendToLog(
    shell,
    {
      ...facts,
      action: 'recover',
      ...(live === undefined ? {} : { after: live }),
      result: RESULTS[run?.outcome ?? 'none'],
    },
    { ...auditing, state: `What became of ${target} there stays as it is.` },
  );
};

/** A run that never began failed before it did anything. */
const RESULTS: Readonly<Record<RunOutcome | 'none', AuditResult>> = {
  succeeded: 'succeeded',
  'rolled-back': 'rolled-back',
  stuck: 'stuck',
  left: 'stuck',
  none: 'failed',
};

/** grep ends with 1 where it finds nothing. */
const FIND = '[ ! -e "$2" ] || grep --fixed-strings -- "$1" "$2" || [ $? -eq 1 ]';

/** Entries of a deployment in a host's log, oldest first. */
const entriesOf = async (host: Host, deployment: string, { environment }: Auditing) => {
  const { log } = auditLayout(environment.stateDir);
  const result = await host.exec(['sh', '-c', FIND, 'sh', `"deployment":${JSON.stringify(deployment)}`, log]);
  if (result.exitCode !== 0) throw commandFailed(result, host);
  const name = hostLog(environment.name, host.name);
  return result.stdout
    .split('\n')
    .flatMap((line) => readEntry(line) ?? [])
    .filter((entry) => entry.log === name);
};
