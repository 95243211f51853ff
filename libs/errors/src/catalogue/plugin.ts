import { OpsError } from '../ops-error';

export const PLUGIN_CODES = [
  'OPTION_INVALID',
  'TARGET_WITHOUT_PROJECT',
  'PROJECT_NOT_DEPLOYED',
  'ARTIFACT_UNCLEAR',
  'GIT_UNUSABLE',
  'BASE_OF_ANOTHER_ENVIRONMENT',
] as const;

/** One or more options of a task that it does not have or cannot use. */
export const optionInvalid = (facts: {
  /** `master-controller:status` */
  task: string;
  /** One sentence each, beginning with the option as it was typed. */
  problems: readonly string[];
  /** Options the task has, as they are typed. */
  options: readonly string[];
  /** Command that describes them. */
  help?: string;
}) =>
  new OpsError(
    'OPTION_INVALID',
    [`${facts.task} was not run, because of its options:`, ...facts.problems.map((problem) => `  ${problem}`)].join(
      '\n',
    ),
    `It takes ${facts.options.join(', ')}${facts.help === undefined ? '' : `; \`${facts.help}\` describes them`}.`,
  );

/** Targets of the manifest that no project of the workspace is named after. */
export const targetWithoutProject = (facts: {
  file: string;
  /** One sentence each, with a near-miss where there is one. */
  problems: readonly string[];
  projects: readonly string[];
}) =>
  new OpsError(
    'TARGET_WITHOUT_PROJECT',
    [
      `${facts.file} names targets after projects that this workspace does not have:`,
      ...facts.problems.map((problem) => `  ${problem}`),
    ].join('\n'),
    `A target has the name of its Nx project, or the last part of it (\`frontend\` for \`@acme/frontend\`). ` +
      `The projects are ${facts.projects.length === 0 ? 'none' : facts.projects.join(', ')}.`,
  );

/** A task of a target that the manifest, or the environment, no longer has. */
export const projectNotDeployed = (facts: {
  file: string;
  target: string;
  environment: string;
  targets: readonly string[];
  suggestion?: string;
}) =>
  new OpsError(
    'PROJECT_NOT_DEPLOYED',
    `${facts.file} has no target ${facts.target} in ${facts.environment}; it has ${facts.targets.join(', ') || 'none'}. Nothing was changed.`,
    facts.suggestion === undefined
      ? `Add \`targets/${facts.target}\` to ${facts.file}, with the \`path\` it is to have on the host.`
      : `Did you mean ${facts.suggestion}?`,
  );

/** It cannot be told which folder of the workspace is to be deployed. */
export const artifactUnclear = (facts: { file: string; target: string; project: string; outputs: readonly string[] }) =>
  new OpsError(
    'ARTIFACT_UNCLEAR',
    facts.outputs.length === 0
      ? `The build of ${facts.project} declares no output, so it is not known which folder to deploy. Nothing was changed.`
      : `The build of ${facts.project} does not have one folder as its output, but ${facts.outputs.join(', ')}, so it is not known which to deploy. Nothing was changed.`,
    `Name the folder at \`targets/${facts.target}/artifact\` in ${facts.file}, or give the target \`build\` one output.`,
  );

/** Deployments are recorded by commit, and there is none. */
export const gitUnusable = (facts: { root: string; reason: string }) =>
  new OpsError(
    'GIT_UNUSABLE',
    `What is deployed is recorded by its commit, and ${facts.root} has none: ${facts.reason}. Nothing was changed.`,
    'Put the workspace under git and commit it (`git init`, `git add --all`, `git commit`), then run the command again.',
  );

/** `nx affected` would have compared with what another environment runs, and missed changes. */
export const baseOfAnotherEnvironment = (facts: {
  environment: string;
  base: string;
  baseEnvironment: string;
  command: string;
}) =>
  new OpsError(
    'BASE_OF_ANOTHER_ENVIRONMENT',
    `This would deploy to ${facts.environment} what changed since ${facts.base}, which is what ${facts.baseEnvironment} runs; ` +
      `changes that ${facts.environment} lacks would be missed. Nothing was run.`,
    `Compare with what ${facts.environment} runs: \`${facts.command}\`.`,
  );
