import type { EnvironmentConfig } from './config';
import { DEFAULT_APPROVAL_VALID_FOR } from './schema/access';
import { toMilliseconds } from './schema/duration';
import type { EnvironmentLayer } from './schema/manifest';

type Access = Pick<EnvironmentConfig, 'repository' | 'approval' | 'roles'>;

/** Who may deploy to an environment, from its section; undefined is left out by the caller. */
export const accessOf = (layer: EnvironmentLayer): { readonly [Key in keyof Access]-?: Access[Key] | undefined } => ({
  repository: layer.repository,
  approval:
    layer.approval === 'required'
      ? { validForMs: toMilliseconds(layer.approval_valid_for ?? DEFAULT_APPROVAL_VALID_FOR) }
      : undefined,
  roles: layer.roles && { maintainers: layer.roles.maintainers ?? [], deployers: layer.roles.deployers ?? [] },
});
