import { z } from 'zod';

/** `<state_dir>/targets/<target>/target.json`: where a target lives on its host; written by each deploy. */
export const targetFileSchema = z.object({
  target: z.string(),
  environment: z.string(),
  /** The symlink that points at the live release. */
  path: z.string(),
  /** Health URL as seen from the host. */
  healthUrl: z.string().optional(),
  /** Where people reach it, if the manifest says. */
  url: z.string().optional(),
  /** Ids of releases that were gone back from: the first to be pruned. */
  goneBackFrom: z.array(z.string()).optional(),
  /**
   * The release that served when this was written, and the newest commit that was found to be just that release: its
   * SHA is newer than the release's own where a deployment had nothing to change.
   */
  live: z
    .object({
      release: z.string(),
      sha: z.string(),
      digest: z.string(),
      /** Whether the tree had changes that the SHA does not name. */
      dirty: z.boolean().optional(),
      /** Id of the deployment that found it so. */
      deployment: z.string().optional(),
      /** The slot it runs in, where the target has two (strategy blue-green). */
      slot: z.enum(['blue', 'green']).optional(),
    })
    .optional(),
});
export type TargetFile = z.infer<typeof targetFileSchema>;
