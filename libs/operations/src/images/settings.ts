import type { TargetConfig } from '@polydev/manifest';

export interface ImageSettingsInput {
  readonly target: TargetConfig;
  readonly stateDir: string;
  /** In place of the manifest's: `manual` where it is only to be said what would be done. */
  readonly rebuild?: TargetConfig['goldenImageRebuild'];
}

/**
 * What a host is told of a target's golden images: one line of JSON, as the program that builds them reads it from
 * `GOLDEN_IMAGE_SETTINGS`. Undefined where the target is none. Holds no secret. Pure.
 */
export const imageSettings = ({ target, stateDir, rebuild }: ImageSettingsInput): string | undefined =>
  target.goldenImage &&
  JSON.stringify({
    root: `${stateDir}/images`,
    target: target.name,
    ...target.goldenImage,
    rebuild: rebuild ?? target.goldenImageRebuild,
  });
