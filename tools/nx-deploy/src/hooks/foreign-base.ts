import type { NxJsonConfiguration } from '@nx/devkit';
import { baseOfAnotherEnvironment } from '@polydev/errors';
import { defaultEnvironment } from '@polydev/manifest';
import { deployedRef, environmentOfBase } from '../base/deployed-ref';
import { defaultBase } from '../base/ensure-bases';
import { asNxError } from '../nx-error';
import type { AskedRun } from '../run/asked';

/** Throws when `nx affected` compared with what one environment runs in order to deploy to another. */
export const refuseForeignBase = ({ configuration }: AskedRun, nxJson: NxJsonConfiguration): void => {
  const base = defaultBase(nxJson) ?? '';
  const baseEnvironment = environmentOfBase(base);
  const environment = configuration ?? defaultEnvironment(process.env);
  if (baseEnvironment === undefined || baseEnvironment === environment) return;
  const option = configuration === undefined ? '' : ` -c ${configuration}`;
  const command = `npx nx affected -t deploy${option} --base=${deployedRef(environment)}`;
  throw asNxError(baseOfAnotherEnvironment({ environment, base, baseEnvironment, command }));
};
