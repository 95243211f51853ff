import { parseArgs } from 'node:util';

/** What the user typed to Nx, as far as a deploy has to know it. */
export interface AskedRun {
  /** `affected`, `run-many`, `run`, or a target's name. */
  readonly command: string | undefined;
  readonly targets: readonly string[];
  /** Configuration that was asked for; Nx drops one that a target does not have without a word. */
  readonly configuration: string | undefined;
  /** Whether `affected` was told what to compare, rather than left to its default. */
  readonly compared: boolean;
  /** Whether it is only to be shown what would happen. */
  readonly dryRun: boolean;
  /** Whether hosts that cannot be reached are to be left out. */
  readonly allowMissingHosts: boolean;
  /** Hashes of the only plans that may be carried out, as they were typed. */
  readonly plan: string | undefined;
  /** Whether the environment's rules are to be put aside, and why. */
  readonly emergency: boolean;
  readonly reason: string | undefined;
  /** Names of all long options, as they were typed. */
  readonly options: readonly string[];
}

const COMPARED = ['base', 'files', 'uncommitted', 'untracked', 'all'] as const;

/**
 * Reads Nx's command line (Node's path and the program's own cut off). Never throws: Nx has accepted it already. What
 * stands behind `--`, or in `--args`, Nx leaves to the tasks; so it names no target, but a dry run it may ask for.
 */
export const askedRun = (args: readonly string[]): AskedRun => {
  const end = args.indexOf('--');
  const { values, positionals } = parse(end < 0 ? args : args.slice(0, end));
  const left = parse(end < 0 ? [] : args.slice(end + 1)).values;
  const wrapped = parse(isText(values.args) ? values.args.split(/\s+/) : []).values;
  const options = [values, left, wrapped];
  const [command, ...rest] = positionals;
  const named = [values.target, values.targets].flatMap((list) => (Array.isArray(list) ? list : [])).filter(isText);
  const plans = options.flatMap(({ plan }) => plan ?? []);
  const reasons = options.flatMap(({ reason }) => reason ?? []);
  return {
    command,
    // `-t deploy test`: Nx takes every word that follows.
    targets: [...named, ...rest].flatMap((list) => withoutEquals(list).split(',')),
    configuration: configurationOf(values.configuration, values.prod, rest[0]),
    compared: COMPARED.some((name) => values[name] !== undefined),
    dryRun: options.some((values) => asksFor(values, 'dryrun')),
    allowMissingHosts: options.some((values) => asksFor(values, 'allowmissinghosts')),
    plan: plans.length === 0 ? undefined : planOf(plans),
    // As it is spelled, and no other way: nobody puts rules aside by a slip.
    emergency: options.some(({ emergency }) => emergency !== undefined && String(emergency) !== 'false'),
    reason: reasons.find((reason): reason is string => isText(reason) && reason.trim() !== ''),
    options: options.flatMap((one) => Object.keys(one)),
  };
};

const parse = (args: readonly string[]) =>
  parseArgs({
    args: [...args],
    strict: false,
    options: {
      configuration: { type: 'string', short: 'c' },
      prod: { type: 'boolean' },
      target: { type: 'string', short: 't', multiple: true },
      targets: { type: 'string', multiple: true },
      base: { type: 'string' },
      files: { type: 'string' },
      args: { type: 'string' },
      plan: { type: 'string', multiple: true },
      reason: { type: 'string', multiple: true },
      emergency: { type: 'boolean' },
    },
  });

const configurationOf = (given: unknown, production: unknown, task: string | undefined): string | undefined => {
  if (isText(given)) return withoutEquals(given);
  if (production === true) return 'production';
  const parts = task?.split(':') ?? [];
  return parts.length === 3 ? parts[2] : undefined;
};

/** Without a hash, or given twice, it allows nothing; the task that was typed says so in its own words. */
const planOf = ([given, second]: readonly unknown[]): string =>
  isText(given) && given.trim() !== '' && second === undefined ? given : 'none';

/**
 * However it is spelled: the task that was typed refuses what is no option of its own, but those it depends on run
 * before it, and must not deploy because of a slip.
 */
const asksFor = (values: object, flag: string): boolean =>
  Object.entries(values).some(([name, value]) => spelled(name) === flag && String(value) !== 'false');
const spelled = (name: string): string => name.replaceAll(/[-_]/g, '').toLowerCase();

const isText = (value: unknown): value is string => typeof value === 'string';

/** `-c=production` reaches us as `=production`. */
const withoutEquals = (value: string): string => value.replace(/^=/, '');
