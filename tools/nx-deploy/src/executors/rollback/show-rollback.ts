import type { ExecutorContext } from '@nx/devkit';
import { printableName } from '@polydev/errors';
import type { TargetConfig } from '@polydev/manifest';
import { type OperationContext, previewRollback, type RollbackPreview } from '@polydev/operations';
import { schemasOf } from '../../database/needs';

export interface ShowRollbackInput extends OperationContext {
  readonly target: TargetConfig;
  readonly sha: string | undefined;
  readonly context: ExecutorContext;
  readonly json: boolean;
}

/** Shows where a rollback would go, and what it would undo; touches nothing. Throws what would keep it from going. */
export const showRollback = async ({ target, json, context, ...input }: ShowRollbackInput): Promise<boolean> => {
  const schemas = await schemasOf([target], { ...input, context });
  const aims = await previewRollback({ ...input, ...schemas, targets: [target] });
  if (json) input.report({ kind: 'result', value: aims.map((aim) => resultOf(aim)) });
  else aims.flatMap((aim) => eventsOf(aim, target)).forEach(input.report);
  return true;
};

const resultOf = ({ host, target, state, choice: { available, ...choice }, changes }: RollbackPreview) => ({
  target: target.name,
  host: host.name,
  from: state.path.release ?? null,
  to: choice,
  changes: changes ?? null,
  available,
});

const eventsOf = ({ host, state, choice, changes }: RollbackPreview, target: TargetConfig) => [
  {
    kind: 'table' as const,
    title: `Rollback of ${target.name} on ${host.name}; nothing was touched`,
    columns: ['what', ''],
    rows: [
      ['serves now', state.path.release ?? 'nothing'],
      ['goes back to', `${choice.release}${choice.sha === undefined ? '' : ` (${choice.sha.slice(0, 12)})`}`],
      ['undoes', choice.undid.length === 0 ? 'nothing' : choice.undid.join(', ')],
      ['files', filesText(changes)],
      ['restart', target.restart ?? 'none'],
      ['health check', target.healthCheck?.url ?? 'none'],
      ['hooks', 'none: a rollback runs no hook'],
      ...(target.goldenImage
        ? [['golden image', 'that of the release; built afresh where it is not kept any more']]
        : []),
    ],
  },
  ...(choice.doubt === undefined ? [] : [{ kind: 'warning' as const, host: host.name, text: choice.doubt }]),
];

/** Paths of a kind that are named to people; `--json` has all. */
const NAMED = 10;

const filesText = (changes: RollbackPreview['changes']): string => {
  if (changes === undefined)
    return 'cannot be compared: a directory that was there before the first deploy has no list';
  return (['added', 'changed', 'removed'] as const)
    .map((kind) => {
      const paths = changes[kind];
      const more = paths.length > NAMED ? ', …' : '';
      const names = paths.length === 0 ? '' : ` (${paths.slice(0, NAMED).map(printableName).join(', ')}${more})`;
      return `${paths.length} ${kind}${names}`;
    })
    .join(', ');
};
