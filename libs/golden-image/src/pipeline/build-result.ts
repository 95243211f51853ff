import type { DriverName, ImageManifest, LayerName, Verdict } from '@polydev/contract';

/** What is known of the image that is active after a build. */
export interface Proof {
  readonly id: string;
  readonly kind: ImageManifest['kind'];
  readonly verdict: Verdict;
  readonly bootMs: number;
  readonly restoreMs?: number;
  readonly driver: DriverName;
  readonly accelerator: 'kvm' | 'tcg' | 'none';
  readonly machine: string;
  /** Layers that were not in the layer store. */
  readonly rebuilt: readonly LayerName[];
  /** Milliseconds. */
  readonly timings: { readonly layersMs: number; readonly validateMs?: number; readonly activateMs?: number };
}

export type BuildResult =
  | (Proof & { readonly outcome: 'activated'; /** What was active before. */ readonly previous?: string })
  | (Proof & { readonly outcome: 'unchanged' })
  /** `rebuild: manual`: there is something to do, and it was left. */
  | { readonly outcome: 'would-build'; readonly digest: string; readonly previous?: string };

/** What the manifest of an image says of the boot that proved it. */
export const proofOf = (manifest: ImageManifest): Omit<Proof, 'rebuilt' | 'timings'> => {
  const { id, kind, builder, validation } = manifest;
  const { driver, accelerator, machine } = builder;
  const { verdict, bootMs, restoreMs } = validation;
  return { id, kind, verdict, bootMs, ...(restoreMs !== undefined && { restoreMs }), driver, accelerator, machine };
};
