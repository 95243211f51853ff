import {
  actorsOf,
  type Deployer,
  leastRole,
  provenSigner,
  readSigners,
  type Role,
  roleOfSigner,
  roleOnGitHub,
  type Signer,
  type Signers,
} from '@polydev/audit';
import { deployerUnknown } from '@polydev/errors';
import type { EnvironmentConfig } from '@polydev/manifest';

/** What a run says of who runs it. */
export type Env = Readonly<Record<string, string | undefined>>;

/** An environment that knows its people by their keys. */
export type WithSigners = Pick<EnvironmentConfig, 'name' | 'allowedSigners' | 'signingKey' | 'roles'>;

/** Everybody whose key is known. Throws SIGNERS_UNREADABLE. */
export const peopleOf = ({ allowedSigners = '' }: WithSigners): Promise<Signers> => readSigners(allowedSigners);

/** GitHub logins of a run in GitHub Actions: of who began it, and who started it again. None anywhere else. */
export const actorsOfRun = (env: Env): readonly string[] => {
  const { actor, triggeredBy } = actorsOf(env);
  return [...new Set([actor, triggeredBy].filter((name) => name !== undefined))];
};

/** Who holds the signing key, proven by a signature of `what`. Throws DEPLOYER_UNKNOWN, SIGNING_FAILED, SIGNERS_UNREADABLE. */
export const ownSigner = async (environment: WithSigners, what: string): Promise<Signer> => {
  const people = await peopleOf(environment);
  if (environment.signingKey === undefined) throw deployerUnknown({ names: [], file: people.file });
  return provenSigner(what, { file: environment.signingKey }, people);
};

/** Whoever deploys, by what cannot be typed in: GitHub's word in Actions, a signature elsewhere. */
export const whoDeploys = async (environment: WithSigners, what: string, env: Env): Promise<Deployer> => {
  const actors = actorsOfRun(env);
  return actors.length > 0 ? { actors } : { key: (await ownSigner(environment, what)).fingerprint };
};

/** Who this is, and what they may do in an environment that gives out roles. */
export const ownRole = async (
  environment: WithSigners & { readonly roles: NonNullable<EnvironmentConfig['roles']> },
  env: Env,
): Promise<{ readonly who: string; readonly role: Role }> => {
  const actors = actorsOfRun(env);
  if (actors.length === 0) {
    const signer = await ownSigner(environment, `a role in ${environment.name}`);
    return { who: signer.names[0] ?? signer.fingerprint, role: roleOfSigner(signer, environment.roles) };
  }
  const question = {
    api: env['GITHUB_API_URL'] || 'https://api.github.com',
    repository: env['GITHUB_REPOSITORY'] ?? '',
    token: env['GITHUB_TOKEN'] ?? '',
  };
  const roles = await Promise.all(actors.map((actor) => roleOnGitHub({ ...question, actor })));
  return { who: actors.join(' and '), role: leastRole(roles) };
};
