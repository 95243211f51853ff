import type { TargetConfig } from '@polydev/manifest';
import { type Aim, type OperationContext, previewRollback } from '@polydev/operations';

export interface ShowRollbackInput extends OperationContext {
  readonly target: TargetConfig;
  readonly sha: string | undefined;
  readonly json: boolean;
}

/** Shows where a rollback would go, and what it would undo; touches nothing. Throws what would keep it from going. */
export const showRollback = async ({ target, json, ...input }: ShowRollbackInput): Promise<boolean> => {
  const aims = await previewRollback({ ...input, targets: [target] });
  if (json) input.report({ kind: 'result', value: aims.map((aim) => resultOf(aim)) });
  else aims.flatMap((aim) => eventsOf(aim, target)).forEach(input.report);
  return true;
};

const resultOf = ({ host, target, state, choice: { available, ...choice } }: Aim) => ({
  target: target.name,
  host: host.name,
  from: state.path.release ?? null,
  to: choice,
  available,
});

const eventsOf = ({ host, state, choice }: Aim, target: TargetConfig) => [
  {
    kind: 'table' as const,
    title: `Rollback of ${target.name} on ${host.name}; nothing was touched`,
    columns: ['what', ''],
    rows: [
      ['serves now', state.path.release ?? 'nothing'],
      ['goes back to', `${choice.release}${choice.sha === undefined ? '' : ` (${choice.sha.slice(0, 12)})`}`],
      ['undoes', choice.undid.length === 0 ? 'nothing' : choice.undid.join(', ')],
      ['restart', target.restart ?? 'none'],
      ['health check', target.healthCheck?.url ?? 'none'],
      ['hooks', 'none: a rollback runs no hook'],
    ],
  },
  ...(choice.doubt === undefined ? [] : [{ kind: 'warning' as const, host: host.name, text: choice.doubt }]),
];
