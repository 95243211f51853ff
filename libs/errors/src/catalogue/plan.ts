import { OpsError } from '../ops-error';

export const PLAN_CODES = ['PLAN_CHANGED', 'PLAN_NOT_GIVEN'] as const;

interface Where {
  readonly target: string;
  readonly environment: string;
  /** Hash of the plan as it is now. */
  readonly now: string;
}

/** The world is not as it was when a plan was shown. */
export const planChanged = (
  facts: Where & {
    given: string;
    /** One sentence each; undefined when the plan was made elsewhere, so that it is not known. */
    differences: readonly string[] | undefined;
  },
) =>
  new OpsError(
    'PLAN_CHANGED',
    facts.differences === undefined
      ? `${facts.given} is not what a deploy of ${facts.target} to ${facts.environment} would do; that is ${facts.now}. ` +
          'It was not shown in this checkout lately, so it cannot be told what has changed since. Nothing was touched.'
      : `Since plan ${facts.given} was shown, this has changed for ${facts.target} in ${facts.environment}:\n` +
          `${facts.differences.map((one) => `  ${one}`).join('\n')}\nNothing was touched.`,
    `Look at \`npx nx run ${facts.target}:plan -c ${facts.environment}\`, and if that is what you want: ` +
      `\`npx nx run ${facts.target}:deploy -c ${facts.environment} --plan=${facts.now}\`.`,
  );

/** None of the plans that a run was given is of this target, and it needs one. */
export const planNotGiven = (facts: Where & { given: readonly string[] }) =>
  new OpsError(
    'PLAN_NOT_GIVEN',
    `None of the plans given (${facts.given.join(', ')}) is of ${facts.target}, and its deploy to ${facts.environment} ` +
      `has one of its own: ${facts.now}. Nothing of it was touched.`,
    `Look at \`npx nx run ${facts.target}:plan -c ${facts.environment}\`; to allow it too, give both: ` +
      `\`--plan=${[...facts.given, facts.now].join(',')}\`.`,
  );
