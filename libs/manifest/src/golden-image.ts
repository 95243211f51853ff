import type { GoldenImageConfig } from './config';
import { SANDBOX } from './environment-names';
import { toMilliseconds } from './schema/duration';
import { GOLDEN_IMAGE_DEFAULTS, GOLDEN_IMAGE_SCRIPT, type GoldenImageLayer } from './schema/golden-image';

export interface GoldenImageFacts {
  /** `golden_image` as it was written nearest; undefined = nowhere. */
  readonly written: GoldenImageLayer | null | undefined;
  readonly postDeploy: string | undefined;
  /** Undefined before an environment is chosen. */
  readonly environment: string | undefined;
}

/**
 * A golden image with everything filled in; undefined where the target is none. Where nothing says whether it is, a hook
 * that runs the script that builds images does. Pure.
 */
export const toGoldenImage = ({
  written,
  postDeploy,
  environment,
}: GoldenImageFacts): GoldenImageConfig | undefined => {
  const isImage = written === undefined ? postDeploy?.includes(GOLDEN_IMAGE_SCRIPT) === true : Boolean(written);
  if (!isImage) return undefined;
  const block = typeof written === 'object' && written !== null ? written : {};
  const or = <K extends keyof typeof block & keyof typeof GOLDEN_IMAGE_DEFAULTS>(key: K) =>
    block[key] ?? GOLDEN_IMAGE_DEFAULTS[key];
  const driver = or('driver');
  return {
    driver,
    // Without a VM nothing holds the agent but its account: fit to try things out, not to serve.
    allowProcess: driver === 'process' || environment === SANDBOX,
    network: toNetwork(block.network),
    memoryMiB: or('memory'),
    cpus: or('cpus'),
    keep: or('keep'),
    readyTimeoutMs: toMilliseconds(or('ready_timeout')),
  };
};

const toNetwork = (
  written: Exclude<GoldenImageLayer, boolean>['network'] = GOLDEN_IMAGE_DEFAULTS.network,
): GoldenImageConfig['network'] =>
  written === 'forward'
    ? { mode: 'forward' }
    : {
        mode: 'bridge',
        bridge: written.bridge ?? GOLDEN_IMAGE_DEFAULTS.bridge,
        subnet: written.subnet ?? GOLDEN_IMAGE_DEFAULTS.subnet,
      };
