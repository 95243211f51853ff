import { OpsError } from '../ops-error';
import { printableName } from '../printable-name';

export const ACCESS_CODES = [
  'COMMIT_NOT_ON_BRANCH',
  'CLONE_SHALLOW',
  'ORIGIN_UNKNOWN',
  'CHECKS_LEFT_OUT',
  'EMERGENCY_WITHOUT_REASON',
  'APPROVAL_NOT_ASKED_FOR',
  'APPROVALS_UNKNOWN',
  'HOST_KEYS_NOT_TRUSTED',
] as const;

const NOTHING = 'Nothing was touched.';

interface SourceFacts {
  readonly environment: string;
  readonly branch: string;
  /** What the branch was looked up in: `origin`, or the repository's address. */
  readonly remote: string;
}

/** The commit is not on the branch, as the remote has it; what the branch that is checked out is called says nothing. */
export const commitNotOnBranch = (facts: SourceFacts & { sha: string }) =>
  new OpsError(
    'COMMIT_NOT_ON_BRANCH',
    `Commit ${facts.sha.slice(0, 7)} is not on ${printableName(facts.branch)} of ${printableName(facts.remote)}, which is what ${facts.environment} is deployed from; a branch of that name elsewhere does not count. ${NOTHING}`,
    `Have it merged, then \`git switch ${printableName(facts.branch)} && git pull\` and deploy that.`,
  );

/** The clone does not have the history that would tell. */
export const cloneShallow = (facts: SourceFacts) =>
  new OpsError(
    'CLONE_SHALLOW',
    `This clone is shallow, so it cannot be told whether its commit is on ${printableName(facts.branch)} of ${printableName(facts.remote)}. ${NOTHING}`,
    'Fetch the history: `git fetch --unshallow` (in a workflow: `fetch-depth: 0` of actions/checkout).',
  );

/** The remote did not say what its branch is at. */
export const originUnknown = (facts: SourceFacts & { why: string }) =>
  new OpsError(
    'ORIGIN_UNKNOWN',
    `${facts.environment} is deployed from ${printableName(facts.branch)} of ${printableName(facts.remote)}, and that could not be asked: ${printableName(facts.why)}. ${NOTHING}`,
    `See what \`git ls-remote ${printableName(facts.remote)} ${printableName(facts.branch)}\` says. \`repository:\` of ${facts.environment} in the manifest names another place to ask.`,
  );

/** Tasks that have to pass before a deploy are not among those of the run. */
export const checksLeftOut = (facts: { environment: string; target: string; missing: readonly string[] }) =>
  new OpsError(
    'CHECKS_LEFT_OUT',
    `A deploy of ${facts.target} to ${facts.environment} needs ${facts.missing.join(', ')} to have passed in the same run, for this very commit. ${NOTHING}`,
    'Leave out `--exclude-task-dependencies`; what has passed for these files already comes from Nx’s cache.',
  );

/** Rules are to be put aside, and nobody says why. */
export const emergencyWithoutReason = (facts: { task: string }) =>
  new OpsError(
    'EMERGENCY_WITHOUT_REASON',
    `\`--emergency\` puts the rules of an environment aside, and is recorded with its reason; ${facts.task} was given none. ${NOTHING}`,
    'Say why, in the same command: `--emergency --reason="<why>"`.',
  );

/** The environment asks for no approvals. */
export const approvalNotAskedFor = (facts: { environment: string }) =>
  new OpsError(
    'APPROVAL_NOT_ASKED_FOR',
    `Deploys to ${facts.environment} need no approval. Nothing was written.`,
    `\`approval: required\` of ${facts.environment} in the manifest would ask for one.`,
  );

/** GitHub did not say who approved a run. */
export const approvalsUnknown = (facts: { repository: string; run: string; why: string }) =>
  new OpsError(
    'APPROVALS_UNKNOWN',
    `GitHub did not say who approved run ${printableName(facts.run)} of ${printableName(facts.repository)}: ${printableName(facts.why)}. ${NOTHING}`,
    'The workflow needs `permissions: actions: read`, and passes `GITHUB_TOKEN` on to this step.',
  );

/** Some hosts show keys that stand in no file, or others than those that do. */
export const hostKeysNotTrusted = (facts: { hosts: readonly string[]; file: string; command: string }) =>
  new OpsError(
    'HOST_KEYS_NOT_TRUSTED',
    `${facts.hosts.join(', ')} ${facts.hosts.length === 1 ? 'is' : 'are'} not known by the key shown above. ${facts.file} is as it was.`,
    `Compare each fingerprint with the one printed on the host itself by \`ssh-keygen -lf /etc/ssh/ssh_host_<type>_key.pub\`; if they are the same: \`${facts.command}\`.`,
  );
