import { OpsError } from '../ops-error';
import { printableName } from '../printable-name';

export const OPERATION_CODES = [
  'ARTIFACT_MISSING',
  'ARTIFACT_EMPTY',
  'ARTIFACT_UNSUPPORTED',
  'PACKAGE_FILE_INVALID',
  'HEALTH_CHECK_FAILED',
  'PATH_OCCUPIED',
  'ADOPTION_UNDECLARED',
  'SHARED_FILE_MISSING',
  'SHARED_IN_ARTIFACT',
  'HOSTS_UNAVAILABLE',
  'STEP_FAILED',
  'RUN_STUCK',
  'RECORD_TAKEN',
] as const;

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

/** A file that decides what is installed can't be read. */
export const packageFileInvalid = (facts: { file: string; reason: string }) =>
  new OpsError(
    'PACKAGE_FILE_INVALID',
    `${facts.file} at the root of the artifact is not valid JSON: ${facts.reason}. Nothing was touched.`,
    'Mend what the build writes there, or set `install:` of the target in the manifest.',
  );

/** A service did not become healthy in the time it was given. */
export const healthCheckFailed = (facts: {
  host: string;
  url: string;
  seconds: number;
  wanted: string;
  seen: string;
  log: string;
}) =>
  new OpsError(
    'HEALTH_CHECK_FAILED',
    `${facts.url} on ${facts.host} was not healthy within ${facts.seconds} s: wanted ${facts.wanted}, last saw ${facts.seen}.` +
      (facts.log ? `\nThe service's last log lines:\n${indent(facts.log)}` : ''),
    'Find the cause in the log lines above or on the host, mend it, and deploy again.',
  );

/** Something that is neither a symlink nor a directory stands where the symlink to the release belongs. */
export const pathOccupied = (facts: { target: string; host: string; path: string }) =>
  new OpsError(
    'PATH_OCCUPIED',
    `${facts.path} on ${facts.host} is neither a symlink nor a directory. ${facts.target} was not touched.`,
    `Move it away, or give ${facts.target} another \`path\` in the manifest.`,
  );

/** A directory would be adopted that holds what nobody declared. */
export const adoptionUndeclared = (facts: { target: string; host: string; path: string; entries: readonly string[] }) =>
  new OpsError(
    'ADOPTION_UNDECLARED',
    `${facts.path} on ${facts.host} is a directory that holds what the artifact of ${facts.target} lacks:\n` +
      `${indent(facts.entries.map(printableName).join('\n'))}\nNothing was touched.`,
    `Declare each in the manifest: under \`shared:\` of ${facts.target} to keep it for every release, or under \`drop:\` if releases need not have it (the directory itself is kept as a release).`,
  );

/** A shared file is declared and is not on the host. */
export const sharedFileMissing = (facts: { target: string; host: string; address: string; paths: readonly string[] }) =>
  new OpsError(
    'SHARED_FILE_MISSING',
    `${facts.target} shares files that are not on ${facts.host} yet:\n${indent(facts.paths.join('\n'))}\nNothing was touched.`,
    `Put each there once: \`ssh ${sshName(facts.address)} mkdir -p ${folderOf(facts.paths[0] ?? '')} && scp <file> ${sshName(facts.address)}:${facts.paths[0] ?? ''}\`.`,
  );

/** A shared path is also in the artifact: one of the two would hide the other. */
export const sharedInArtifact = (facts: { target: string; host: string; paths: readonly string[] }) =>
  new OpsError(
    'SHARED_IN_ARTIFACT',
    `The artifact of ${facts.target} holds what the manifest declares shared: ${facts.paths.map(printableName).join(', ')}. Nothing was touched on ${facts.host}.`,
    'Leave it out of the build, or take it out of `shared:`.',
  );

const indent = (text: string): string => text.replace(/^/gm, '  ');

/** Another run has the same deployment id. */
export const recordTaken = (facts: { deployment: string; by: string }) =>
  new OpsError(
    'RECORD_TAKEN',
    `Deployment ${facts.deployment} belongs to another run, by ${facts.by}. Nothing was touched.`,
    'Run the same command again: it gets an id of its own.',
  );

/** A step failed and everything was undone, or what could not be. */
export const stepFailed = (facts: { target: string; host: string; step: string; cause: OpsError; serves: string }) =>
  new OpsError(
    facts.cause.code,
    `${facts.target} failed at step "${facts.step}" on ${facts.host}: ${facts.cause.message}\n${facts.serves}`,
    facts.cause.hint,
    { cause: facts.cause },
  );

/** The way back failed too: a person has to look. */
export const runStuck = (facts: {
  target: string;
  host: string;
  deployment: string;
  failure: string;
  undoStep: string;
  undoError: string;
}) =>
  new OpsError(
    'RUN_STUCK',
    `${facts.target} on ${facts.host} is stuck in deployment ${facts.deployment}: ${facts.failure}\n` +
      `Undoing step "${facts.undoStep}" failed as well: ${facts.undoError}`,
    `Remove the cause on ${facts.host}; the next \`nx run ${facts.target}:deploy\` goes on undoing from there before it begins its own.`,
  );

/** Anything that was not expected, on the way through a step: kept as it is, with its own text. */
export const unexpected = (error: unknown) =>
  new OpsError(
    'STEP_FAILED',
    error instanceof Error ? error.message : String(error),
    'This is not a situation we know. Please report it with the output above.',
    { cause: error },
  );
const sshName = (address: string): string => address.replace(/:\d+$/, '');
const folderOf = (path: string): string => path.replace(/\/[^/]*$/, '');
