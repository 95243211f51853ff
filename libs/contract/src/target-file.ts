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
});
export type TargetFile = z.infer<typeof targetFileSchema>;
