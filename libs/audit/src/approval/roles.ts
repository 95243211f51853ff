import { roleMissing } from '@polydev/errors';
import type { Signer } from '../signing/signers';

/** What a person may do: each may what the ones before it may. */
export const ROLES = ['reader', 'deployer', 'maintainer'] as const;
export type Role = (typeof ROLES)[number];

/** What asks for a role. */
export type Guarded =
  | 'deploy'
  | 'recover'
  | 'set up hosts'
  | 'build images'
  | 'start and stop VMs'
  | 'rollback'
  | 'approve'
  | 'unlock'
  | 'rotate secrets'
  | 'put a rule aside';

/** In an environment that is guarded (production). */
const NEEDED: Readonly<Record<Guarded, Role>> = {
  deploy: 'deployer',
  recover: 'deployer',
  'set up hosts': 'deployer',
  'build images': 'deployer',
  'start and stop VMs': 'deployer',
  rollback: 'maintainer',
  approve: 'maintainer',
  unlock: 'maintainer',
  'rotate secrets': 'maintainer',
  'put a rule aside': 'maintainer',
};

/** The role that a permission on the GitHub repository stands for; what is not known is a reader's. Pure. */
export const roleOfPermission = (permission: string): Role => {
  switch (permission) {
    case 'admin':
    case 'maintain':
      return 'maintainer';
    case 'write':
      return 'deployer';
    default:
      return 'reader';
  }
};

export interface RoleNames {
  /** Names of the allowed-signers file. */
  readonly maintainers: readonly string[];
  readonly deployers: readonly string[];
}

/** The role of whoever has a key. Pure. */
export const roleOfSigner = ({ names }: Signer, { maintainers, deployers }: RoleNames): Role => {
  if (names.some((name) => maintainers.includes(name))) return 'maintainer';
  return names.some((name) => deployers.includes(name)) ? 'deployer' : 'reader';
};

/** The least of several roles: a run that was started again needs both people's. */
export const leastRole = (roles: readonly Role[]): Role => ROLES.find((role) => roles.includes(role)) ?? 'reader';

/** Throws ROLE_MISSING where a role is not enough. Pure. */
export const assertRole = ({ who, role, doing }: { who: string; role: Role; doing: Guarded }): void => {
  const needed = NEEDED[doing];
  if (ROLES.indexOf(role) < ROLES.indexOf(needed))
    throw roleMissing({ who, role: `a ${role}`, needed, doing: `to ${doing}` });
};
