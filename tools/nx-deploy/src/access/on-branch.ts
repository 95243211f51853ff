import { actorsOf } from '@polydev/audit';
import type { EnvironmentConfig } from '@polydev/manifest';
import type { OnBranch } from '@polydev/operations';
import { execa } from 'execa';
import { tryGit } from '../base/git';

export interface OnBranchInput {
  readonly root: string;
  readonly sha: string;
  readonly environment: Pick<EnvironmentConfig, 'protected' | 'branch' | 'repository'>;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * Asks the remote whether a commit is on the branch that a protected environment is deployed from; undefined for an
 * environment that does not mind. The remote's word counts, and no branch of this clone. Touches no ref.
 */
export const askOnBranch = async (input: OnBranchInput): Promise<OnBranch | undefined> => {
  const { root, sha, environment } = input;
  const { protected: isProtected, branch, repository: remote = 'origin' } = environment;
  if (!isProtected || branch === undefined) return undefined;
  if (tryGit(root, ['rev-parse', '--is-shallow-repository']) === 'true') return { kind: 'shallow', remote };
  const place = { root, remote, ref: `refs/heads/${branch}` };
  const found = await askTip(place);
  const tip = 'tip' in found ? found.tip : tipOfCheckout({ ...input, branch });
  if (tip === undefined) return { kind: 'unknown', remote, why: 'why' in found ? found.why : '' };
  return { remote, ...(await isOn(sha, tip, place)) };
};

interface Place {
  readonly root: string;
  readonly remote: string;
  readonly ref: string;
}

const SHA = /^[0-9a-f]{40,64}(?=\t)/;

/** The commit that the branch is at, at the remote. */
const askTip = async ({ root, remote, ref }: Place): Promise<{ readonly tip: string } | { readonly why: string }> => {
  const { failed, exitCode, stdout, stderr, shortMessage } = await ask(root, [
    'ls-remote',
    '--exit-code',
    '--',
    remote,
    ref,
  ]);
  const tip = SHA.exec(stdout)?.[0];
  if (!failed && tip !== undefined) return { tip };
  return { why: exitCode === 2 ? `it has no ${ref}` : (reasonIn(stderr) ?? shortMessage ?? '') };
};

/**
 * In GitHub Actions the checkout has asked the remote at the beginning of the job, and the key to it may be gone since
 * (`persist-credentials: false`). Whatever repository that was, it is the one whose workflow runs.
 */
const tipOfCheckout = ({
  root,
  branch,
  environment,
  env = process.env,
}: OnBranchInput & { readonly branch: string }) =>
  environment.repository === undefined && actorsOf(env).actor !== undefined
    ? tryGit(root, ['rev-parse', '--verify', '--quiet', `refs/remotes/origin/${branch}^{commit}`])
    : undefined;

const isOn = async (
  sha: string,
  tip: string,
  { root, remote, ref }: Place,
): Promise<{ readonly kind: 'yes' | 'no' } | { readonly kind: 'unknown'; readonly why: string }> => {
  if (tip === sha) return { kind: 'yes' };
  if (tryGit(root, ['cat-file', '-e', `${tip}^{commit}`]) === undefined) {
    const options = ['--quiet', '--no-tags', '--no-write-fetch-head', '--refmap='];
    const fetched = await ask(root, ['fetch', ...options, '--', remote, ref]);
    if (fetched.failed) return { kind: 'unknown', why: reasonIn(fetched.stderr) ?? 'it could not be fetched' };
  }
  const { exitCode, stderr } = await ask(root, ['merge-base', '--is-ancestor', sha, tip]);
  if (exitCode === 0 || exitCode === 1) return { kind: exitCode === 0 ? 'yes' : 'no' };
  return { kind: 'unknown', why: reasonIn(stderr) ?? 'git cannot compare the two commits' };
};

/** Milliseconds: a remote that hangs must not hang the deploy. */
const TIMEOUT_MS = 60_000;

/** Nobody is asked for a password, and no replaced object, or grafted parent, may stand in for a real one. */
const ask = (root: string, args: readonly string[]) =>
  execa('git', args, {
    cwd: root,
    reject: false,
    stdin: 'ignore',
    timeout: TIMEOUT_MS,
    env: { GIT_TERMINAL_PROMPT: '0', GIT_NO_REPLACE_OBJECTS: '1', GIT_GRAFT_FILE: '/dev/null', LC_ALL: 'C' },
  });

/** What git gives as the reason, without what an address may hold of a password. */
const reasonIn = (stderr: string): string | undefined =>
  /^(?:fatal|error): (.+)$/m.exec(stderr)?.[1]?.replaceAll(/\/\/[^/@\s]+@/g, '//');
