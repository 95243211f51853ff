import type { ImageManifest } from '@polydev/contract';
import type { AgentSource, CheckResult, PreparedLayers } from './parts';
import type { Timed } from './step';

interface Facts {
  readonly id: string;
  readonly target: string;
  readonly source: AgentSource;
  readonly prepared: Timed<PreparedLayers>;
  readonly checked: Timed<CheckResult>;
  readonly now: Date;
}

/** The manifest of an image that was just built and proven. */
export const newManifest = ({ id, target, source, prepared, checked, now }: Facts): ImageManifest => {
  const { verdict, bootMs, restoreMs, clockSkewMs, driver, accelerator, machine, version } = checked.result;
  const at = now.toISOString();
  return {
    version: 1,
    id,
    kind: prepared.result.kind,
    layers: prepared.result.layers.map(({ name, file, sha256, size }) => ({ name, file, sha256, size })),
    source: { target, ...source },
    createdAt: at,
    builder: { versions: { ...prepared.result.versions, [driver]: version }, driver, accelerator, machine },
    validation: {
      verdict,
      bootMs,
      ...(restoreMs !== undefined && { restoreMs }),
      ...(clockSkewMs !== undefined && { clockSkewMs }),
      validatedAt: at,
    },
    timings: { layersMs: prepared.durationMs, validateMs: checked.durationMs },
  };
};
