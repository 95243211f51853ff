import { OpsError } from '../ops-error';
import { printableName } from '../printable-name';

export const AUDIT_CODES = [
  'SSH_KEYGEN_MISSING',
  'SIGNING_FAILED',
  'SIGNERS_UNREADABLE',
  'SIGNING_KEY_MISSING',
  'SIGNING_KEY_NOT_ALLOWED',
  'AUDIT_BROKEN',
  'AUDIT_UNWRITTEN',
  'RELEASE_UNSIGNED',
  'RELEASE_SIGNATURE_REFUSED',
  'APPROVAL_NEEDED',
  'APPROVAL_UNREADABLE',
  'APPROVAL_FORGED',
  'APPROVAL_SIGNER_UNKNOWN',
  'APPROVAL_OTHER_PLAN',
  'APPROVAL_OTHER_ENVIRONMENT',
  'APPROVAL_EXPIRED',
  'APPROVAL_TOO_LONG',
  'APPROVAL_OWN',
  'DEPLOYER_UNKNOWN',
  'ROLE_MISSING',
  'PERMISSION_UNKNOWN',
] as const;

/** There is no ssh-keygen to sign or check with. */
export const sshKeygenMissing = (facts: { why: string }) =>
  new OpsError(
    'SSH_KEYGEN_MISSING',
    `Signatures are made and checked by ssh-keygen, which could not be run: ${printableName(facts.why)}. Nothing was touched.`,
    'Install OpenSSH’s client: `apt-get install openssh-client`.',
  );

/** ssh-keygen could not sign. */
export const signingFailed = (facts: { key: string; why: string }) =>
  new OpsError(
    'SIGNING_FAILED',
    `Nothing could be signed with ${facts.key}: ${printableName(facts.why)}`,
    'Nobody is asked for a passphrase here: name a public key whose private one an agent holds (`ssh-add -l`), or a private key without one that only you can read. `ssh-keygen -Y sign` needs OpenSSH 8.4 or newer.',
  );

/** Lines of the allowed-signers file are wrong. */
export const signersUnreadable = (facts: { file: string; wrong: readonly string[] }) =>
  new OpsError(
    'SIGNERS_UNREADABLE',
    `${facts.file} cannot be used:\n${facts.wrong.map((one) => `  ${printableName(one)}`).join('\n')}`,
    'A line is `<address>,<GitHub login> <key type> <key>`: see ALLOWED SIGNERS in `man ssh-keygen`.',
  );

/** Only signed releases start there, and the deployer has no key to sign with. */
export const signingKeyMissing = (facts: { environment: string; file: string }) =>
  new OpsError(
    'SIGNING_KEY_MISSING',
    `${facts.environment} starts only releases that somebody in ${printableName(facts.file)} signed, and no key to sign with is set. Nothing was touched.`,
    'Set `DEPLOY_SIGNING_KEY=~/.ssh/<key>` (or `signing_key` in the manifest), for a key that has a line in that file.',
  );

/** The deployer's key is not one whose signature counts. */
export const signingKeyNotAllowed = (facts: { environment: string; key: string; file: string; why: string }) =>
  new OpsError(
    'SIGNING_KEY_NOT_ALLOWED',
    `What ${printableName(facts.key)} signs does not start in ${facts.environment}: its signature ${printableName(facts.why)}. Nothing was touched.`,
    `Sign with a key that has a line in ${printableName(facts.file)}, or have its line added there by somebody who may.`,
  );

/** A log was tampered with or lost entries. */
export const auditBroken = (facts: { log: string; problems: readonly string[] }) =>
  new OpsError(
    'AUDIT_BROKEN',
    `The audit log ${printableName(facts.log)} is not as it was written:\n${facts.problems.map((one) => `  ${printableName(one)}`).join('\n')}`,
    'Do not mend it. Keep a copy of the file, find out who could write it, and compare it with the other hosts’ logs and the deployment records.',
  );

/** An entry of the audit log could not be written; `state` says what that leaves. */
export const auditUnwritten = (facts: { host: string; file: string; what: string; why: string; state: string }) =>
  new OpsError(
    'AUDIT_UNWRITTEN',
    `${facts.file} on ${facts.host} takes no entry of ${printableName(facts.what)}: ${facts.why} ${facts.state}`,
    `Nothing is done that is not written down. Make ${facts.file} on ${facts.host} writable again, then run the command once more.`,
  );

interface ReleaseFacts {
  readonly target: string;
  readonly release: string;
  readonly host: string;
}

/** A release has no signature where one is asked for. */
export const releaseUnsigned = (facts: ReleaseFacts) =>
  new OpsError(
    'RELEASE_UNSIGNED',
    `The file list of release ${facts.release} of ${facts.target} on ${facts.host} is not signed, and this environment starts signed releases only. It was not started.`,
    `Deploy that commit afresh with a signing key: \`npx nx run ${facts.target}:deploy\`.`,
  );

/** A release's signature is not by anybody who may sign, or not of what is there. */
export const releaseSignatureRefused = (facts: ReleaseFacts & { why: string }) =>
  new OpsError(
    'RELEASE_SIGNATURE_REFUSED',
    `Release ${facts.release} of ${facts.target} on ${facts.host} is not what was signed: the signature ${printableName(facts.why)}. It was not started.`,
    `Find out who wrote to ${facts.host}; then deploy afresh: \`npx nx run ${facts.target}:deploy\`.`,
  );

interface ApprovalFacts {
  readonly environment: string;
  readonly target?: string;
  /** Hash of the deployment plan that is to be applied. */
  readonly plan: string;
}

const NOTHING = 'Nothing was touched.';
const askAgain = ({ environment, plan, target = '<target>' }: ApprovalFacts): string =>
  `Somebody else approves it with \`npx nx run ${target}:approve -c ${printableName(environment)} --plan=${plan}\`.`;

/** The environment wants an approval, and there is none. */
export const approvalNeeded = (facts: ApprovalFacts) =>
  new OpsError(
    'APPROVAL_NEEDED',
    `${facts.environment} deploys only what somebody else approved, and nobody approved plan ${facts.plan}. ${NOTHING}`,
    askAgain(facts),
  );

/** The text is no approval. */
export const approvalUnreadable = (facts: ApprovalFacts & { why: string }) =>
  new OpsError('APPROVAL_UNREADABLE', `This is no approval: ${printableName(facts.why)}. ${NOTHING}`, askAgain(facts));

/** The signature is not of what the approval says. */
export const approvalForged = (facts: ApprovalFacts & { why: string }) =>
  new OpsError(
    'APPROVAL_FORGED',
    `The approval is not what was signed: ${printableName(facts.why)}. ${NOTHING}`,
    `Find out where it came from. ${askAgain(facts)}`,
  );

/** The key that signed is nobody's who may approve. */
export const approvalSignerUnknown = (facts: ApprovalFacts & { who: string; file: string }) =>
  new OpsError(
    'APPROVAL_SIGNER_UNKNOWN',
    `The approval is signed by ${printableName(facts.who)}, who is no approver in ${facts.file}. ${NOTHING}`,
    askAgain(facts),
  );

/** It is for another plan. */
export const approvalOtherPlan = (facts: ApprovalFacts & { approved: string }) =>
  new OpsError(
    'APPROVAL_OTHER_PLAN',
    `Plan ${facts.approved} was approved, and this is plan ${facts.plan}: the code, the settings or the hosts have changed since. ${NOTHING}`,
    `Look at the plan again. ${askAgain(facts)}`,
  );

/** It is for another environment. */
export const approvalOtherEnvironment = (facts: ApprovalFacts & { approved: string }) =>
  new OpsError(
    'APPROVAL_OTHER_ENVIRONMENT',
    `The approval is for ${printableName(facts.approved)}, and this is ${facts.environment}. ${NOTHING}`,
    askAgain(facts),
  );

/** Its time is over. */
export const approvalExpired = (facts: ApprovalFacts & { until: string }) =>
  new OpsError('APPROVAL_EXPIRED', `The approval held until ${facts.until}. ${NOTHING}`, askAgain(facts));

/** It would hold longer than approvals may. */
export const approvalTooLong = (facts: ApprovalFacts & { until: string; hours: number }) =>
  new OpsError(
    'APPROVAL_TOO_LONG',
    `The approval would hold until ${facts.until}; approvals hold ${Number(facts.hours.toFixed(2))} hours at most. ${NOTHING}`,
    askAgain(facts),
  );

/** Approver and deployer are one person. */
export const approvalOwn = (facts: ApprovalFacts & { who: string }) =>
  new OpsError(
    'APPROVAL_OWN',
    `${printableName(facts.who)} approved the plan and would deploy it too. ${NOTHING}`,
    askAgain(facts),
  );

/** Nobody knows who deploys. */
export const deployerUnknown = (facts: { names: readonly string[]; file: string }) =>
  new OpsError(
    'DEPLOYER_UNKNOWN',
    facts.names.length === 0
      ? `There is no key to sign with, so nobody can tell who this is. ${NOTHING}`
      : `${facts.names.map(printableName).join(', ')} stands under no name in ${facts.file}, so nobody can tell who that is. ${NOTHING}`,
    facts.names.length === 0
      ? `Set \`DEPLOY_SIGNING_KEY=~/.ssh/<key>\`, for a key that has a line in ${facts.file}.`
      : `Add the GitHub login (or the key, and sign with it) to the person’s line in ${facts.file}.`,
  );

/** A person may not do this. */
export const roleMissing = (facts: { who: string; role: string; needed: string; doing: string }) =>
  new OpsError(
    'ROLE_MISSING',
    `${printableName(facts.who)} is ${facts.role} here, and ${facts.doing} needs a ${facts.needed}. ${NOTHING}`,
    'Ask a maintainer to do it. In an emergency, `deploy` and `rollback` put the rule aside with `--emergency --reason=<why>`, which is loud and recorded.',
  );

/** GitHub did not say what the actor may do. */
export const permissionUnknown = (facts: { actor: string; repository: string; why: string }) =>
  new OpsError(
    'PERMISSION_UNKNOWN',
    `GitHub did not say what ${printableName(facts.actor)} may do in ${printableName(facts.repository)}: ${printableName(facts.why)}. ${NOTHING}`,
    'The workflow needs `permissions: contents: read`, and passes `GITHUB_TOKEN` on to this step.',
  );
