import { noGoldenImage } from '@polydev/errors';
import { bundleProgram } from '@polydev/golden-image/bundle';
import type { EnvironmentConfig, TargetConfig } from '@polydev/manifest';
import type { ImageProgram } from '@polydev/operations';
import { DEFAULT_MANIFEST } from '../plugin-options';

/** The program that handles images on a host, made from its sources: a tenth of a second, so only where it is needed. */
export const imageProgram = (): Promise<ImageProgram> => bundleProgram();

/** The same for an operation on targets of which some may be golden images; nothing where none is. */
export const imageProgramFor = async (
  targets: readonly TargetConfig[],
): Promise<{ readonly imageProgram?: ImageProgram }> =>
  targets.some(({ goldenImage }) => goldenImage !== undefined) ? { imageProgram: await imageProgram() } : {};

/** Throws NO_GOLDEN_IMAGE where a target is none in this environment. */
export const requireGoldenImage = (
  target: TargetConfig,
  environment: EnvironmentConfig,
  manifest: string | undefined,
): void => {
  if (target.goldenImage !== undefined) return;
  throw noGoldenImage({ target: target.name, environment: environment.name, file: manifest ?? DEFAULT_MANIFEST });
};
