import { optionInvalid } from '@polydev/errors';
import { nearest } from '@polydev/manifest';
import { asNxError } from '../nx-error';
import type { AskedRun } from '../run/asked';

/** Options of our tasks, by the name that the plugin gives the task. */
const OPTIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['deploy', ['json', 'dry-run', 'plan', 'allow-missing-hosts', 'emergency', 'reason']],
  ['plan', ['json']],
  ['migrate', ['plan', 'dry-run', 'baseline', 'repair', 'allow-out-of-order', 'emergency', 'reason', 'json']],
  ['rollback', ['sha', 'reason', 'emergency', 'dry-run', 'allow-missing-hosts', 'json']],
  ['approve', ['plan', 'reason', 'json']],
  ['trust', ['yes', 'replace', 'json']],
  ['recover', ['dry-run', 'allow-missing-hosts', 'json']],
  ['unlock', ['reason', 'json']],
  ['audit', ['verify', 'limit', 'json']],
  ['setup', ['as', 'dry-run', 'allow-missing-hosts', 'json']],
  ['status', ['limit', 'json']],
  ['golden-image', ['refresh', 'dry-run', 'json']],
  ['vms', ['start', 'stop', 'host', 'json']],
  ['preflight', ['json']],
]);
/** The tasks that others come before; each of the others refuses by itself, at once, and with all that is wrong. */
const LATE = ['deploy', 'plan', 'golden-image'];
const ALL = [...new Set([...OPTIONS.values()].flat())];

/** What Nx 23 takes itself for `run`, `run-many` and `affected` (its `shared-options`), in lower case without dashes. */
const OF_NX = (
  'agents all base batch cloud configuration disablenxcache disableremotecache dte exclude ' +
  'excludetaskdependencies files graph head help maxparallel nxbail nxignorecycles outputstyle parallel prod project ' +
  'projects runner skipnxcache skipremotecache skipsync stdin target targets tui tuiautoexit uncommitted untracked ' +
  'useagents verbose version'
).split(' ');

/**
 * Throws OPTION_INVALID for an option that is almost one of ours, before any task runs: the task that was typed would
 * refuse it, but only when those it depends on are done. What is unlike ours may be for a task that is not ours.
 */
export const refuseSlips = (asked: AskedRun): void => {
  const asksFor = tasksOf(asked);
  const tasks = asksFor.filter((task) => OPTIONS.has(verbOf(task)));
  const task = tasks.find((one) => LATE.includes(verbOf(one)));
  if (task === undefined) return;
  const known = [...new Set(tasks.flatMap((one) => OPTIONS.get(verbOf(one)) ?? []))];
  const onlyOurs = tasks.length === asksFor.length;
  const problems = asked.options.flatMap((name) => slipOf(name, known, onlyOurs));
  if (problems.length > 0)
    throw asNxError(optionInvalid({ task, problems, options: known.map((name) => `--${name}`) }));
};

/** `nx deploy api` is short for `nx run api:deploy`. */
const tasksOf = ({ command = '', targets }: AskedRun): readonly string[] =>
  OPTIONS.has(command) ? [[...targets.slice(0, 1), command].join(':')] : targets;

/** `api:deploy:staging` is a deploy. */
const verbOf = (target: string): string => target.split(':')[1] ?? target;

const slipOf = (typed: string, known: readonly string[], onlyOurs: boolean): readonly string[] => {
  const name = dashed(typed);
  const near = nearest(name, ALL);
  // A letter alone is a short option, and those are Nx's.
  if (near === undefined || typed.length === 1 || known.includes(name) || isOfNx(typed)) return [];
  if (near === name && !onlyOurs) return [];
  const meant = known.includes(near) ? `; did you mean \`--${near}\`?` : '';
  return [`--${typed}: there is no such option${meant}`];
};

/** `dryRun` is the option `dry-run`. */
const dashed = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** A flag may be turned off: `--no-tui`. */
const isOfNx = (typed: string): boolean =>
  [typed, typed.replace(/^no-/, '')].some((name) => OF_NX.includes(plain(name)));
const plain = (name: string): string => name.replaceAll('-', '').toLowerCase();
