import type { ExecutorContext } from '@nx/devkit';
import { databaseNotRolledBack } from '@polydev/errors';
import type { DatabaseTarget } from '@polydev/manifest';
import type { TaskTools } from '../executors/reporting-errors';
import { plannedTasks } from '../run/planned';

/**
 * What a rollback does to a database: nothing. Throws DATABASE_NOT_ROLLED_BACK where nothing else was asked for; beside other
 * targets, which do go back, it only says so.
 */
export const stayWhereItIs = async (
  { name }: DatabaseTarget,
  { context, report }: Pick<TaskTools, 'report'> & { readonly context: ExecutorContext },
): Promise<boolean> => {
  const { taskGraph, projectGraph } = context;
  const asked = taskGraph === undefined ? [] : plannedTasks(['rollback'], taskGraph, projectGraph);
  if (asked.every(({ target }) => target === name)) throw databaseNotRolledBack({ target: name });
  report({ kind: 'note', text: `${name} keeps its schema: migrations only go forward.` });
  return true;
};

/** What `recover` does to a database: nothing, as its next migration finds out by itself what a dead run left. */
export const sayNothingToRecover = ({ name }: DatabaseTarget, { report, json }: Telling): boolean => {
  if (json) report({ kind: 'result', value: [] });
  const text = `${name}: nothing to recover: each migration is whole or not there, and \`npx nx run ${name}:migrate\` goes on from what a dead run left`;
  report({ kind: 'outcome', ok: true, text });
  return true;
};

/** What `setup` does to a database: nothing, as it needs nothing on hosts. */
export const sayNothingToSetUp = ({ name }: DatabaseTarget, { report, json }: Telling): boolean => {
  if (json) report({ kind: 'result', value: [] });
  report({ kind: 'outcome', ok: true, text: `${name} is a database and needs nothing on the hosts; nothing was done` });
  return true;
};

type Telling = Pick<TaskTools, 'report'> & { readonly json: boolean };
