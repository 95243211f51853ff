import type { TargetConfig } from '@polydev/manifest';
import { imagesOnHosts, type OperationContext, statusOfTarget } from '@polydev/operations';
import { imageProgram } from '../../images/image-program';
import type { Options } from '../options';
import { imagesEvents, imagesResult } from './images-output';
import { statusEvents, statusResult } from './status-output';

export const STATUS_OPTIONS = { target: 'inferred', manifest: 'inferred', json: 'flag', limit: 'count' } as const;

/** Deployments of the past that are shown unless the user says how many. */
export const DEFAULT_LIMIT = 10;

export interface ShowStatusInput extends OperationContext {
  readonly target: TargetConfig;
  readonly options: Options<typeof STATUS_OPTIONS>;
}

/** Shows what a target runs, and its last deployments; returns whether every host could be asked. */
export const showStatus = async ({ options, ...input }: ShowStatusInput): Promise<boolean> => {
  const [status, images] = await Promise.all([
    statusOfTarget({ ...input, limit: options.limit ?? DEFAULT_LIMIT }),
    input.target.goldenImage && imageProgram().then((program) => imagesOnHosts({ ...input, imageProgram: program })),
  ]);
  if (options.json) {
    input.report({ kind: 'result', value: { ...statusResult(status), ...(images && imagesResult(images)) } });
  } else [...statusEvents(status), ...imagesEvents(images ?? [])].forEach(input.report);
  return status.hosts.every(({ health }) => health !== 'unreachable');
};
