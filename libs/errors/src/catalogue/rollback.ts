import { OpsError } from '../ops-error';
import { printableName } from '../printable-name';

export const ROLLBACK_CODES = [
  'SHA_UNKNOWN',
  'SHA_AMBIGUOUS',
  'SHA_NEEDED',
  'RELEASE_NEVER_GOOD',
  'RELEASE_NONE_THEN',
  'RELEASE_PRUNED',
  'RELEASE_CHANGED',
  'NO_PREVIOUS_RELEASE',
  'HOSTS_DIFFER',
  'ROLLBACK_OUTDATED',
  'ROLLBACK_INTERRUPTED',
  'RUNBOOK_UNKNOWN',
  'LOCK_NOT_BROKEN',
  'JOURNAL_DAMAGED',
  'DECISION_UNKNOWN',
] as const;

interface Where {
  readonly target: string;
  readonly host: string;
}

/** A release that a target can be taken back to. */
export interface Available {
  readonly release: string;
  readonly sha: string | undefined;
  /** What is to be known of it, in a phrase: `live`, `gone back from`. */
  readonly state: string;
}

interface Choice extends Where {
  readonly available: readonly Available[];
}

/** Nothing that was deployed has the wanted SHA. */
export const shaUnknown = (facts: Choice & { sha: string }) =>
  new OpsError(
    'SHA_UNKNOWN',
    `No deployment of ${facts.target} on ${facts.host} has a SHA that begins with ${facts.sha}. ${offer(facts)}`,
    askAgain(facts.target),
  );

/** Several deployed commits have a SHA that begins so. */
export const shaAmbiguous = (facts: Choice & { sha: string; matches: readonly string[] }) =>
  new OpsError(
    'SHA_AMBIGUOUS',
    `${facts.sha} could be ${facts.matches.join(' or ')}. ${offer(facts)}`,
    'Give more letters of the SHA.',
  );

/** Several targets would be taken back without a word to what. */
export const shaNeeded = (facts: { targets: readonly string[] }) =>
  new OpsError(
    'SHA_NEEDED',
    `${facts.targets.join(', ')} would each go back to a release of another time. Nothing was touched.`,
    'Say to which deployment: `npx nx run-many -t rollback --sha=<sha>`; `npx nx run <target>:status` lists them.',
  );

/** The wanted commit was deployed and never stayed. */
export const releaseNeverGood = (facts: Choice & { sha: string }) =>
  new OpsError(
    'RELEASE_NEVER_GOOD',
    `No deployment of ${short(facts.sha)} succeeded for ${facts.target} on ${facts.host}: each failed, or was taken back with another target that did. ${offer(facts)}`,
    askAgain(facts.target),
  );

/** The target was not there yet when the wanted deployment ended. */
export const releaseNoneThen = (facts: Choice & { sha: string }) =>
  new OpsError(
    'RELEASE_NONE_THEN',
    `When ${short(facts.sha)} had been deployed, nothing of ${facts.target} was live on ${facts.host}. ${offer(facts)}`,
    `Leave it out (\`--exclude=${facts.target}\`), or choose another SHA.`,
  );

/** The wanted release was removed: more than `keep` came after it. */
export const releasePruned = (facts: Choice & { sha: string; release: string }) =>
  new OpsError(
    'RELEASE_PRUNED',
    `Release ${facts.release} of ${facts.target} (${short(facts.sha)}) is not kept on ${facts.host} any more. ${offer(facts)}`,
    `Deploy that commit afresh: \`git switch --detach ${short(facts.sha)} && npx nx run ${facts.target}:deploy\`. A greater \`keep\` keeps more.`,
  );

/** Nobody said to what, and there is nothing before. */
export const noPreviousRelease = (facts: Choice) =>
  new OpsError(
    'NO_PREVIOUS_RELEASE',
    `${facts.target} on ${facts.host} has no good release before the one that serves. ${offer(facts)}`,
    `Choose one by its SHA, or deploy a good commit: \`npx nx run ${facts.target}:deploy\`.`,
  );

/** Files of a retained release are not as they were deployed. */
export const releaseChanged = (facts: Where & { release: string; files: readonly string[] }) =>
  new OpsError(
    'RELEASE_CHANGED',
    `Release ${facts.release} of ${facts.target} on ${facts.host} is not as it was deployed:\n` +
      `${facts.files.map((file) => `  ${printableName(file)}`).join('\n')}\nNothing was touched.`,
    `Choose another release (\`npx nx run ${facts.target}:status\`), or deploy that commit afresh.`,
  );

/** Hosts would go to different releases. */
export const hostsDiffer = (facts: { target: string; choices: readonly string[] }) =>
  new OpsError(
    'HOSTS_DIFFER',
    `The release before is not the same on every host of ${facts.target}: ${facts.choices.join(', ')}. Nothing was touched.`,
    'Say to which deployment, with `--sha`.',
  );

/** Somebody else deployed between the look and the lock. */
export const rollbackOutdated = (facts: { target: string; chosen: string; now: string }) =>
  new OpsError(
    'ROLLBACK_OUTDATED',
    `${facts.target} was moved by somebody else just now: the rollback chose ${facts.chosen}, and would now choose ${facts.now}. Nothing was touched.`,
    `Look at \`npx nx run ${facts.target}:status\`, and decide again.`,
  );

/** The task that took all targets back died. */
export const rollbackInterrupted = (facts: { target: string }) =>
  new OpsError(
    'ROLLBACK_INTERRUPTED',
    `The process that took ${facts.target} back together with other targets ended before it was done.`,
    `\`npx nx run ${facts.target}:recover\` finishes or undoes what it left, and says what serves.`,
  );

/** A journal names steps that this version does not know. */
export const runbookUnknown = (facts: { deployment: string; runbook: string }) =>
  new OpsError(
    'RUNBOOK_UNKNOWN',
    `Deployment ${facts.deployment} was left half-way by another version of the plugin: it follows "${facts.runbook}", which this version does not know. Nothing was touched.`,
    'Run the same command with the version that began it (see its commit), or a newer one.',
  );

/** Another host knows whether a dead run over several hosts was completed, and cannot be asked. */
export const decisionUnknown = (facts: { deployment: string; host: string; decider: string; reason: string }) =>
  new OpsError(
    'DECISION_UNKNOWN',
    `Deployment ${facts.deployment} died when every host was ready. Whether it was completed stands on ${facts.decider}, which cannot be asked: ${facts.reason}\n` +
      `${facts.host} was left as it is, with the new release.`,
    `Bring ${facts.decider} back and run the same command again.`,
  );

/** The journal says that a run died, and not what it was about. */
export const journalDamaged = (facts: { deployment: string }) =>
  new OpsError(
    'JOURNAL_DAMAGED',
    `Deployment ${facts.deployment} was left half-way, and its line in the journal that says what it was to do is damaged. Nothing was touched.`,
    'Look at journal.jsonl beside the target’s releases on the host, put its last "begin" line right or remove the lines of that run, and see that the path points at a whole release.',
  );

/** Something holds the lock that cannot be ended by the user we log in as. */
export const lockNotBroken = (facts: Where & { lock: string; ended: readonly string[] }) =>
  new OpsError(
    'LOCK_NOT_BROKEN',
    `${facts.lock} on ${facts.host} is still held` +
      `${facts.ended.length === 0 ? ', by a process that we may not see' : `, though ${facts.ended.join(', ')} was told to end`}.`,
    `As root on ${facts.host}, \`fuser -v ${facts.lock}\` shows who holds it, and \`fuser -k ${facts.lock}\` ends it.`,
  );

/** More than these are not listed in an error. */
const LISTED = 20;

const offer = ({ target, host, available }: Choice): string => {
  if (available.length === 0) return `${host} keeps no release of it. Nothing was touched.`;
  const lines = available
    .slice(0, LISTED)
    .map(({ release, sha, state }) => `  ${short(sha ?? '').padEnd(12)} ${release}  ${state}`);
  const more = available.length > LISTED ? [`  … and ${available.length - LISTED} older`] : [];
  return `Nothing was touched. ${host} keeps these releases of ${target}, newest first:\n${[...lines, ...more].join('\n').trimEnd()}`;
};

const askAgain = (target: string): string =>
  `\`npx nx run ${target}:rollback --sha=<sha>\` with one of these; \`npx nx run ${target}:status\` shows all deployments.`;

/** Letters of a SHA that people type. */
const short = (sha: string): string => sha.slice(0, 12);
