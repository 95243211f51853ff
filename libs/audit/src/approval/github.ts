import { types } from 'node:util';
import { permissionUnknown } from '@polydev/errors';
import { z } from 'zod';
import { roleOfPermission, type Role } from './roles';

const LOGIN = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,99})(?:\[bot\])?$/;
export const REPOSITORY = /^[A-Za-z0-9][A-Za-z0-9-]*\/[A-Za-z0-9._-]+$/;
const TIMEOUT_MS = 20_000;

/** `permission` says "write" for who may maintain; `role_name` tells them apart, and may be an organization's own name. */
const answerSchema = z.object({ permission: z.string(), role_name: z.string().optional() });

export interface PermissionQuestion {
  /** `GITHUB_API_URL`. */
  readonly api: string;
  /** `GITHUB_REPOSITORY`: `owner/name`. */
  readonly repository: string;
  readonly actor: string;
  readonly token: string;
}

/** Asks GitHub for the role of a person in the repository. Throws PERMISSION_UNKNOWN. */
export const roleOnGitHub = async ({ api, repository, actor, token }: PermissionQuestion): Promise<Role> => {
  const unknown = (why: string) => permissionUnknown({ actor, repository, why });
  if (!LOGIN.test(actor)) throw unknown('that is no login');
  if (!REPOSITORY.test(repository)) throw unknown('that is no repository');
  const path = `repos/${repository}/collaborators/${encodeURIComponent(actor)}/permission`;
  const response = await askGitHub(api, path, { token, unknown });
  // Who is no collaborator of a private repository is not found.
  if (response.status === 404) return 'reader';
  if (!response.ok) throw unknown(`it answered ${response.status}`);
  const answer = answerSchema.safeParse(await response.json().catch(() => undefined)).data;
  if (!answer) throw unknown('its answer is none');
  const roles = [answer.role_name ?? '', answer.permission].map(roleOfPermission);
  return roles.includes('maintainer') ? 'maintainer' : roleOfPermission(answer.permission);
};

/** Asks GitHub's API at a path; `unknown` makes the error where there is no answer at all. */
export const askGitHub = async (
  api: string,
  path: string,
  { token, unknown }: { readonly token: string; readonly unknown: (why: string) => Error },
): Promise<Response> => {
  const headers = { authorization: `Bearer ${token}`, accept: 'application/vnd.github+json' };
  // A redirect would carry the token elsewhere.
  const options = { headers, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) } as const;
  return fetch(`${api.replace(/\/+$/, '')}/${path}`, options).catch((error: unknown) => {
    throw unknown(reasonOf(error));
  });
};

/** fetch says "fetch failed", and keeps why in the cause. */
const reasonOf = (error: unknown): string => {
  const { message, cause } = error as Error;
  return types.isNativeError(cause) ? `${message} (${cause.message})` : message;
};
