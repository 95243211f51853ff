import type { ProjectGraph } from '@nx/devkit';
import type { DeploymentRecord } from '@polydev/contract';
import { isOpsError } from '@polydev/errors';
import type { Event } from '@polydev/reporting';
import { closeDeployment, liveShas, type OperationContext } from '@polydev/operations';
import { auditorOf } from '../audit/auditor-of';
import { emergencyEnded } from '../access/emergency';
import { deployedRef } from '../base/deployed-ref';
import { askDatabase } from '../database/ask';
import { moveDeployedRef } from '../base/move-deployed-ref';
import { matchTargets } from '../inference/match-targets';
import { closingTable } from './closing-table';
import { type DeploymentRun, noteClosed } from './deployment-run';

export interface CloseRunInput extends OperationContext {
  readonly root: string;
  readonly run: DeploymentRun;
  readonly graph: ProjectGraph;
}

/**
 * Ends the deployment of a run: finishes or undoes what its tasks left, shows what became of every target, and moves
 * the environment's deployed ref. Returns the final record, undefined where nothing was recorded; throws when a host cannot be reached.
 */
export const closeRun = async (input: CloseRunInput): Promise<DeploymentRecord | undefined> => {
  const { environment, report, signal, run } = input;
  const record = await closeDeployment({
    environment,
    report,
    signal,
    ...(await auditorOf(input.root, environment)),
    deployment: run.head.id,
    head: run.head,
    askDatabase: (begun) => askDatabase(begun, { environment, root: input.root, signal }),
  });
  if (record !== undefined)
    [closingTable(record, environment), ...schemasThatStay(record), ...notEnded(record)].forEach(report);
  if (record?.emergency) emergencyEnded(record).forEach(report);
  noteClosed(run);
  await moveRef(input);
  return record;
};

/** A schema that a deployment had moved before it failed: what went back goes on with it. */
const schemasThatStay = ({ outcome, targets }: DeploymentRecord): readonly Event[] =>
  outcome === 'succeeded'
    ? []
    : targets.flatMap(({ target, outcome: own, schema }) =>
        own === 'moved' && schema?.to !== undefined
          ? [{ kind: 'note' as const, text: `${target} stays at schema ${schema.to}: migrations only go forward.` }]
          : [],
      );

/** A migration goes on in its database when whoever sent it has gone. */
const notEnded = ({ targets }: DeploymentRecord): readonly Event[] =>
  targets.flatMap(({ target, outcome, schema }) =>
    schema !== undefined && outcome === 'running'
      ? [
          {
            kind: 'warning' as const,
            text: `${target}: it is not known how its migration ended; it may still run in the database. The next deploy writes it down.`,
            hint: `\`npx nx run ${target}:status\` shows what is applied, \`npx nx run ${target}:migrate\` goes on.`,
          },
        ]
      : [],
  );

/** What cannot be closed now, the hook tries once more when the tasks have ended, and fails the run if it must. */
export const closeOrLeave = async (input: CloseRunInput): Promise<boolean> => {
  try {
    await closeRun(input);
    return true;
  } catch (error) {
    if (!isOpsError(error)) throw error;
    input.report({ kind: 'warning', text: `[${error.code}] ${error.message}`, hint: error.hint });
    return false;
  }
};

/** Moves the ref to what is live. One that stays behind makes the next run look at more than it need, and costs nothing else. */
export const moveRef = async (input: Omit<CloseRunInput, 'run'>): Promise<void> => {
  const { name } = input.environment;
  try {
    const live = await liveShas(input);
    const missing = input.environment.hosts.filter((host) => !live.some((row) => row.host === host.name));
    if (missing.length > 0 && live.length > 0) {
      const names = missing.map((host) => host.name).join(', ');
      input.report({ kind: 'note', text: `${deployedRef(name)} stays where it was: ${names} was not reached.` });
      return;
    }
    moveDeployedRef({ ...baseTargets(input), live });
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    input.report({
      kind: 'warning',
      text: `${deployedRef(name)} stays where it was: ${isOpsError(error) ? error.message : reason}`,
      hint: `The next deploy looks at more projects than it need. \`npm run -s deployed-base -- -c ${name}\` moves it.`,
    });
  }
};

/** The environment's targets with their projects, for its deployed ref. */
export const baseTargets = ({ root, environment, graph }: Pick<CloseRunInput, 'root' | 'environment' | 'graph'>) => ({
  root,
  environment: environment.name,
  graph,
  targets: matchTargets(
    [...environment.targets, ...(environment.databases ?? [])].map(({ name }) => name),
    Object.values(graph.nodes),
  ).matched.map(({ target, project }) => ({ name: target, project: project.name })),
});
