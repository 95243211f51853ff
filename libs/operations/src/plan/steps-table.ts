import type { Event } from '@polydev/reporting';
import { amountText } from './words';
import { NEW_DEPLOYMENT, type HostPlan } from './target-plan';

/** A step that will run, and what it will do. */
export type StepRow = readonly [step: string, what: string];

/** Steps of a plan as a table. */
export const stepsTable = (title: string, rows: readonly StepRow[]): Event => ({
  kind: 'table',
  title,
  columns: ['step', 'what it will do'],
  rows,
});

/** The steps of a deploy that will do something on a host, in their order. */
export const stepRows = ({ send, reuse, steps, live, prune }: HostPlan, path: string): readonly StepRow[] => {
  const { install, adopt, shared, build, preDeploy, restart, healthCheck, postDeploy } = steps;
  return [
    ['place release', placeText({ send, reuse, steps })],
    ...row('install dependencies', install && (install.reuse ? 'reuses what is installed' : install.command)),
    ...row(
      'adopt shared files',
      adopt && adopt.move.length > 0 ? `moves ${adopt.move.join(', ')} to where they are shared` : undefined,
    ),
    ...row('link shared files', shared.length > 0 ? shared.map((entry) => entry.path).join(', ') : undefined),
    ...row('build on server', build),
    ...row('run pre_deploy', preDeploy),
    ['swap', swapText(path, { live, adopt })],
    ...row('restart', restart),
    ...row('health check', healthCheck),
    ...row('run post_deploy', postDeploy),
    ...row('prune', prune.length > 0 ? `removes ${prune.join(', ')}` : undefined),
  ];
};

const placeText = ({ send, reuse, steps }: Pick<HostPlan, 'send' | 'reuse' | 'steps'>): string =>
  [
    ...(send.files > 0
      ? [`sends ${amountText(send)}${steps.sync === 'rsync' ? ' by rsync, or less where parts are there' : ''}`]
      : ['sends nothing']),
    ...(reuse.files > 0 ? [`copies ${amountText(reuse)} from what is there`] : []),
  ].join('; ');

const row = (step: string, what: string | undefined): readonly StepRow[] => (what === undefined ? [] : [[step, what]]);

const swapText = (
  path: string,
  { live, adopt }: { readonly live: HostPlan['live']; readonly adopt: HostPlan['steps']['adopt'] },
): string => {
  if (adopt) {
    const left = adopt.leave.length > 0 ? `, with ${adopt.leave.join(', ')}` : '';
    return `the directory at ${path} becomes release adopted-${NEW_DEPLOYMENT}${left}`;
  }
  return live ? `${path}: from ${live.release} to the new release` : `${path} is made`;
};
