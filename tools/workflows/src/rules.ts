import { mappingOf, type Job, type Mapping, type Step, type Value, type Workflow } from './workflow';

/** A rule of ours: returns a sentence for everything in the workflow that breaks it. */
export type Rule = (workflow: Workflow) => readonly string[];

const eachStep = (workflow: Workflow, judge: (step: Step, job: Job) => readonly string[]): readonly string[] =>
  workflow.jobs.flatMap((job) =>
    job.steps.flatMap((step) => judge(step, job).map((text) => `${job.id}, ${step.title}: ${text}`)),
  );
const eachJob = (workflow: Workflow, judge: (job: Job) => readonly string[]): readonly string[] =>
  workflow.jobs.flatMap((job) => judge(job).map((text) => `${job.id}: ${text}`));

/** Expressions below a value, in the order in which they stand. */
const expressionsIn = (value: Value): readonly string[] => {
  if (typeof value === 'string') return value.startsWith('${{') ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(expressionsIn) : [];
};

/** Actions are pinned by their full SHA, with the version as a comment: a tag can be moved. */
const pins: Rule = (workflow) => [
  ...eachStep(workflow, ({ uses }) =>
    uses === undefined || /^[\w./-]+@[0-9a-f]{40}$/.test(uses) ? [] : [`${uses} is not pinned by a full SHA`],
  ),
  ...workflow.text
    .split('\n')
    .filter((line) => /^\s*(?:- )?uses:/.test(line) && !/@[0-9a-f]{40} # v\d+(?:\.\d+)*$/.test(line))
    .map((line) => `"${line.trim()}" does not end with its version, as in "# v1.2.3"`),
];

/** Nothing is granted that is not asked for: the workflow says what, and no more than reading. */
const permissions: Rule = (workflow) => {
  const granted = (at: string, value: Value | undefined): readonly string[] => {
    if (typeof value === 'string') return [`${at} grants ${value} at once; name each permission`];
    return Object.entries(mappingOf(value))
      .filter(([, access]) => access === 'write')
      .map(([name]) => `${at} may write ${name}`);
  };
  return [
    ...(workflow.raw['permissions'] === undefined ? ['the workflow says no permissions'] : []),
    ...granted('the workflow', workflow.raw['permissions']),
    ...workflow.jobs.flatMap(({ id, raw }) => granted(id, raw['permissions'])),
  ];
};

/** A job that hangs ends. */
const timeouts: Rule = (workflow) =>
  eachJob(workflow, ({ raw }) => (typeof raw['timeout-minutes'] === 'number' ? [] : ['has no timeout-minutes']));

/** No expression in a script: what it becomes would be read as commands. Values come by `env`. */
const scripts: Rule = (workflow) =>
  eachStep(workflow, ({ run }) =>
    run?.includes('${{') === true ? ['has an expression in `run`; give it by `env`'] : [],
  );

/** Secrets are given to the one step that needs them. */
const secrets: Rule = (workflow) => {
  const named = (value: Value | undefined) => expressionsIn(value ?? null).filter((text) => /\bsecrets\b/.test(text));
  const above = (at: string, raw: Mapping) =>
    named(raw['env']).length > 0 ? [`${at} gives secrets to every step`] : [];
  return [
    ...above('the workflow', workflow.raw),
    ...workflow.jobs.flatMap(({ id, raw }) => above(id, raw)),
    ...eachStep(workflow, ({ run, uses, raw }) => [
      ...(/\bsecrets\b/.test(run ?? '') ? ['has a secret in `run`'] : []),
      ...(uses !== undefined && named({ ...raw, uses: null }).length > 0 ? ['gives a secret to an action'] : []),
    ]),
    ...eachJob(workflow, ({ steps, environment }) =>
      environment === undefined && steps.some(({ env }) => named(env).length > 0)
        ? ['has secrets and no environment that guards them']
        : [],
    ),
  ];
};

/** Whoever is deploying ends: one at a time, and never cancelled by the next. */
const concurrency: Rule = (workflow) => {
  const touches = workflow.jobs.some(({ environment }) => environment === 'production');
  const { group, 'cancel-in-progress': cancel } = mappingOf(workflow.raw['concurrency']);
  if (!touches) return group === undefined ? ['the workflow has no concurrency group'] : [];
  return [
    ...(group === 'production' ? [] : ['touches production outside of the group `production`']),
    ...(cancel === false ? [] : ['may be cancelled while it deploys']),
    ...eachJob(workflow, ({ raw }) => (raw['concurrency'] === undefined ? [] : ['has a concurrency of its own'])),
  ];
};

/** The whole history, as `nx affected` needs it, and no token left behind in the checkout. */
const checkouts: Rule = (workflow) =>
  eachStep(workflow, ({ uses, with: { 'fetch-depth': depth, 'persist-credentials': keeps } }) =>
    uses?.startsWith('actions/checkout@') === true
      ? [
          ...(depth === '0' ? [] : ['has no `fetch-depth: 0`']),
          ...(keeps === 'false' ? [] : ['has no `persist-credentials: false`']),
        ]
      : [],
  );

/** Code of strangers never runs with the repository's rights. */
const events: Rule = ({ on }) =>
  Object.keys(on)
    .filter((event) => ['pull_request_target', 'workflow_run', 'issue_comment'].includes(event))
    .map((event) => `${event} runs with the repository's secrets on what strangers send`);

/** Only main reaches production. */
const branches: Rule = (workflow) =>
  eachJob(workflow, ({ environment, needs, condition }) =>
    environment === 'production' && needs.length === 0 && !condition.includes("github.ref == 'refs/heads/main'")
      ? ['reaches production from any branch']
      : [],
  );

const OURS = /^(?:npm (?:ci|run -s [\w-]+)|npx nx (?:affected|run|run-many|show)|scripts\/[\w-]+\.sh)(?: |$)/;

/** Every command is an Nx or npm command or a door: something that is typed on a laptop too. */
const commands: Rule = (workflow) =>
  eachStep(workflow, ({ run = '' }) =>
    run
      .split('\n')
      .map((line) => line.trim().replace(/^\w+="\$\((.*)\)"$/, '$1'))
      .filter((line) => line !== '' && !/^echo "[^"]*"(?: >> "\$GITHUB_OUTPUT")?$/.test(line) && !isOurs(line))
      .map((line) => `\`${line}\` is no Nx or npm command and no door`),
  );

const isOurs = (line: string): boolean =>
  OURS.test(line) && isOursOrNothing(/^scripts\/with-deploy-key\.sh (.*)$/.exec(line)?.[1]);
const isOursOrNothing = (line: string | undefined): boolean => line === undefined || isOurs(line);

export const RULES: Readonly<Record<string, Rule>> = {
  pins,
  permissions,
  timeouts,
  scripts,
  secrets,
  concurrency,
  checkouts,
  events,
  branches,
  commands,
};

/** Everything in a workflow that breaks a rule, each with the rule's name. */
export const breaches = (workflow: Workflow): readonly string[] =>
  Object.entries(RULES).flatMap(([name, rule]) => rule(workflow).map((text) => `${name}: ${text}`));
