import type { Event } from '@polydev/reporting';
import { urlOfSlot } from '../health/slot-url';
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
export const stepRows = (host: HostPlan, path: string): readonly StepRow[] =>
  host.steps.run.map((step) => [step, (WHAT[step] ?? nothingToSay)(host, path)]);

type What = (host: HostPlan, path: string) => string;
const nothingToSay: What = () => '';

/** What each step of the deploy runbook will do, by its name. */
const WHAT: Readonly<Record<string, What>> = {
  'place release': (host) => placeText(host),
  'install dependencies': ({ steps }) => steps.install?.command ?? '',
  'adopt shared files': ({ steps: { adopt } }) =>
    adopt && adopt.move.length > 0 ? `moves ${adopt.move.join(', ')} to where they are shared` : 'has none to move',
  'link shared files': ({ steps: { shared, install } }) =>
    [...shared.map((entry) => entry.path), ...(install ? [installedText(install)] : [])].join(', '),
  'build on server': ({ steps }) => steps.build ?? '',
  'run pre_deploy': ({ steps }) => steps.preDeploy ?? '',
  'place secrets': ({ steps: { secrets = [] } }) =>
    secrets.length === 0 ? 'removes those that are there' : secrets.join(', '),
  'keep the way back': (host) => wayBackText(host),
  swap: (host, path) => swapText(path, host),
  restart: ({ steps }) => steps.restart ?? '',
  'start release': ({ steps: { slots } }) => (slots ? `in slot ${slots.to}, on port ${slots.ports[slots.to]}` : ''),
  'health check': ({ steps: { slots, healthCheck } }) =>
    slots && healthCheck ? urlOfSlot(healthCheck, slots.ports[slots.to]) : (healthCheck ?? ''),
  'take over the port': ({ steps: { slots } }) =>
    slots?.takesOver ? `${slots.port} from ${slots.takesOver}: nobody answers there for a moment` : '',
  'move traffic': ({ steps: { slots } }) =>
    slots ? `${slots.address}:${slots.port} to slot ${slots.to}, without a reload` : '',
  observe: ({ steps: { slots } }) => (slots ? `what it answers, for ${slots.observeMs / 1000} s` : ''),
  'drain the release before': ({ steps: { slots } }) =>
    slots
      ? `at most ${slots.drainTimeoutMs / 1000} s, then ${slots.keepWarmMs > 0 ? `warm for ${slots.keepWarmMs / 1000} s` : 'stopped'}`
      : '',
  'keep the image': () => 'the golden image that is active now, for the way back',
  'run post_deploy': ({ steps }) => steps.postDeploy ?? '',
  record: () => 'writes down beside the releases what is live',
  prune: ({ prune }) =>
    prune.length > 0 ? `removes ${prune.join(', ')}` : 'removes installed dependencies that no release uses',
};

const installedText = ({ reuse }: { readonly reuse: boolean }): string =>
  reuse ? 'what is installed already' : 'what was installed';

const wayBackText = ({ live, steps: { adopt, replaces } }: HostPlan): string => {
  if (live) return live.release;
  if (adopt) return 'the directory that is there';
  return replaces === undefined ? 'nothing serves yet' : `the symlink to ${replaces}`;
};

const placeText = ({ send, reuse, steps }: Pick<HostPlan, 'send' | 'reuse' | 'steps'>): string =>
  [
    ...(send.files > 0
      ? [`sends ${amountText(send)}${steps.sync === 'rsync' ? ' by rsync, or less where parts are there' : ''}`]
      : ['sends nothing']),
    ...(reuse.files > 0 ? [`copies ${amountText(reuse)} from what is there`] : []),
  ].join('; ');

const swapText = (path: string, { live, steps: { adopt, replaces } }: HostPlan): string => {
  if (adopt) {
    const left = adopt.leave.length > 0 ? `, with ${adopt.leave.join(', ')}` : '';
    return `the directory at ${path} becomes release adopted-${NEW_DEPLOYMENT}${left}`;
  }
  if (live) return `${path}: from ${live.release} to the new release`;
  return replaces === undefined ? `${path} is made` : `${path} replaces the symlink to ${replaces}`;
};
