import { keyFingerprint, whoRuns } from '@polydev/audit';
import type { EnvironmentConfig } from '@polydev/manifest';
import type { Auditor } from '@polydev/operations';
import { tryGit } from '../base/git';
import { deployer } from '../run/deployment-run';
import { runVariables } from '../run/run-variables';
import { keepHeads } from './kept-heads';

/** Whose doing a task is, for the audit log of its environment. Throws SIGNING_FAILED where the key that is set is none. */
export const auditorOf = async (
  root: string,
  { name, signingKey }: Pick<EnvironmentConfig, 'name' | 'signingKey'>,
): Promise<{ readonly auditor: Auditor }> => {
  const key = signingKey === undefined ? undefined : await keyFingerprint({ file: signingKey });
  const who = whoRuns({ by: deployer(), env: process.env, git: gitIdentity(root), key });
  const { emergency, reason } = runVariables();
  const permission = { ...(emergency ? { emergency } : {}), ...(reason === undefined ? {} : { reason }) };
  return {
    auditor: { who, permission, keepHeads: (heads) => keepHeads(root, name, heads) },
  };
};

/** `name <address>`, as git would write it into a commit. */
const gitIdentity = (root: string): string | undefined => {
  const [name, address] = ['user.name', 'user.email'].map((key) => tryGit(root, ['config', key]));
  return name && address ? `${name} <${address}>` : name || address;
};
