import { printableName } from '@polydev/errors';
import { describeChanges, describeDifferences } from '../catalogue';
import { line, type Line } from './line';
import type { MigrateResult, PlanCheck } from './migrate';

/** What a run came to: the schema's change, what differs from the shadow or was not validated, advice, and where things are now. */
export const describeResult = (result: MigrateResult): readonly Line[] => {
  const { from, to, applied } = result;
  if (applied.length === 0 && result.changes.length === 0) return [line(nothingToDo(to))];
  return [
    ...describeChanges(result.changes).map((text) => line(text)),
    ...(result.changes.length === 0 ? [line('the schema is as it was')] : []),
    ...describeDifferences(result.differences).map((text) => line(`differs: ${text}`, 'warning')),
    ...notValidated(result.notValidated),
    ...result.advice.map(({ level, text }) => line(printableName(text), level)),
    line(
      `${applied.length} applied; the schema is at ${to ?? 'no version'}${from === undefined ? '' : ` (it was at ${from})`}`,
    ),
  ];
};

/** What a run would come to. */
export const describePlan = ({ plan, changes, notValidated: unjudged }: PlanCheck): readonly Line[] => {
  const { pending, schemaVersion } = plan;
  if (pending.length === 0) return [line(nothingToDo(schemaVersion))];
  return [
    ...describeChanges(changes ?? []).map((text) => line(text)),
    ...(changes?.length === 0 ? [line('the schema would stay as it is')] : []),
    ...notValidated(unjudged),
    line(`${pending.length} would be applied, up to ${pending.at(-1)?.version ?? ''}; nothing was changed`),
  ];
};

const nothingToDo = (version: string | undefined): string =>
  version === undefined
    ? 'nothing to do: there are no migrations'
    : `nothing to do: all migrations are applied, the schema is at ${version}`;

const notValidated = (clauses: readonly string[]): readonly Line[] =>
  clauses.map((text) => line(`not validated: ${printableName(text)}`, 'warning'));
