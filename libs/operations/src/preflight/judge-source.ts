import type { DeploymentHead } from '@polydev/contract';
import { cloneShallow, commitNotOnBranch, originUnknown, type OpsError } from '@polydev/errors';
import type { EnvironmentConfig } from '@polydev/manifest';
import type { Finding } from '../operations';
import { findingOf } from './finding';

/** Whether a commit is on the branch that an environment is deployed from, as the remote says. */
export type OnBranch = { readonly remote: string } & (
  | { readonly kind: 'yes' | 'no' | 'shallow' }
  /** The remote could not be asked, or does not have the branch. */
  | { readonly kind: 'unknown'; readonly why: string }
);

export interface SourceFacts {
  /** Asked only where the environment is protected. */
  readonly onBranch?: OnBranch | undefined;
  /** Whether the rules about the branch are put aside; a commit has to name what is deployed all the same. */
  readonly emergency?: boolean | undefined;
}

type Environment = Pick<EnvironmentConfig, 'name' | 'protected' | 'branch'>;
type Head = Pick<DeploymentHead, 'dirty' | 'branch' | 'sha'>;

/**
 * Whether what is deployed is what its commit says, from the branch the environment asks for: errors where the
 * environment is protected (warnings in an emergency), a note elsewhere. Pure.
 */
export const judgeSource = (
  environment: Environment,
  head: Head,
  { onBranch, emergency = false }: SourceFacts = {},
): readonly Finding[] => {
  const { name, protected: isProtected, branch } = environment;
  const level = isProtected ? 'error' : 'note';
  const ofBranch = isProtected && emergency ? 'warning' : level;
  const findings: Finding[] = [];
  if (head.dirty) {
    const message = `The working tree has changes that commit ${head.sha.slice(0, 7)} does not have.`;
    findings.push({
      level,
      code: 'TREE_DIRTY',
      message,
      hint: isProtected ? `Commit or stash them: ${name} takes only what a commit names.` : '',
    });
  }
  if (branch !== undefined && head.branch !== branch) {
    const message = `${name} is deployed from ${branch}; ${head.branch ?? 'no branch'} is checked out.`;
    findings.push({
      level: ofBranch,
      code: 'BRANCH_WRONG',
      message,
      hint: isProtected ? `\`git switch ${branch}\`, or change \`branch:\` of ${name} in the manifest.` : '',
    });
  }
  const wrong = isProtected ? notOnBranch(environment, head, onBranch) : undefined;
  return wrong === undefined ? findings : [...findings, { ...findingOf(wrong, undefined), level: ofBranch }];
};

const notOnBranch = ({ name, branch }: Environment, { sha }: Head, found?: OnBranch): OpsError | undefined => {
  if (branch === undefined || found === undefined || found.kind === 'yes') return undefined;
  const facts = { environment: name, branch, remote: found.remote };
  switch (found.kind) {
    case 'no':
      return commitNotOnBranch({ ...facts, sha });
    case 'shallow':
      return cloneShallow(facts);
    case 'unknown':
      return originUnknown({ ...facts, why: found.why });
  }
};
