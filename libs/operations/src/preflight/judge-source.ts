import type { DeploymentHead } from '@polydev/contract';
import type { EnvironmentConfig } from '@polydev/manifest';
import type { Finding } from '../operations';

/**
 * Whether what is deployed is what its commit says, from the branch the environment asks for: errors where the
 * environment is protected, a note elsewhere. Pure.
 */
export const judgeSource = (
  { name, protected: isProtected, branch }: Pick<EnvironmentConfig, 'name' | 'protected' | 'branch'>,
  head: Pick<DeploymentHead, 'dirty' | 'branch' | 'sha'>,
): readonly Finding[] => {
  const level = isProtected ? 'error' : 'note';
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
      level,
      code: 'BRANCH_WRONG',
      message,
      hint: isProtected ? `\`git switch ${branch}\`, or change \`branch:\` of ${name} in the manifest.` : '',
    });
  }
  return findings;
};
