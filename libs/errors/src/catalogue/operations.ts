import { OpsError } from '../ops-error';

export const OPERATION_CODES = ['ARTIFACT_MISSING', 'ARTIFACT_EMPTY', 'ARTIFACT_UNSUPPORTED'] as const;

/** The built output of a target is not there. */
export const artifactMissing = (facts: { directory: string }) =>
  new OpsError(
    'ARTIFACT_MISSING',
    `There is no built output at ${facts.directory}. No host was touched.`,
    "Build the project, or name the folder of its output with `artifact:` in the manifest's target.",
  );

/** The built output holds no file at all. */
export const artifactEmpty = (facts: { directory: string }) =>
  new OpsError(
    'ARTIFACT_EMPTY',
    `The built output at ${facts.directory} holds no file. No host was touched.`,
    'Look at what the project’s build wrote; `nx run <target>:build --skip-nx-cache` builds it afresh.',
  );

/** The built output holds things that can't be deployed; all of them are named. */
export const artifactUnsupported = (facts: { directory: string; reasons: readonly string[] }) =>
  new OpsError(
    'ARTIFACT_UNSUPPORTED',
    `The built output at ${facts.directory} cannot be deployed as it is:\n${facts.reasons.map((r) => `  ${r}`).join('\n')}\nNo host was touched.`,
    'Rename or remove these in the build.',
  );
