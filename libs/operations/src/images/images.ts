import type { ImageBuilt } from '@polydev/contract';
import type { TargetConfig } from '@polydev/manifest';
import type { OperationContext } from '../operations';
import type { ImageProgram } from './program';

/** What every operation on golden images is given. */
export interface ImageInput extends OperationContext {
  /** The target that is the agent of the image. */
  readonly target: TargetConfig;
  readonly imageProgram: ImageProgram;
}

/** The same for those that change something. */
export interface ImageChangeInput extends ImageInput {
  /** `user@machine` of the deployer. */
  readonly by: string;
}

export interface BuildImageInput extends ImageChangeInput {
  /** Whether a newer kernel is looked for. */
  readonly refresh: boolean;
  /** Only say what would be done. */
  readonly dryRun: boolean;
}
/** How building an image ended on one host. */
export interface HostImage extends ImageBuilt {
  readonly host: string;
  /** Name of the directory that the agent was taken from: the release that is live. */
  readonly release: string;
}

/** Longest that one call of the program may take, in milliseconds: a first build downloads a kernel. */
export const PROGRAM_TIMEOUT_MS = 15 * 60_000;
