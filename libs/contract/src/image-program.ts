import { z } from 'zod';
import { verdictSchema, vmViewSchema } from './image';

/**
 * What the program that handles images on a host prints with `--json`: a line for each step, and one at the end, a result or
 * an error. Its readers may be older or newer than it is: what they do not know they leave alone.
 */
const stepSchema = z.object({
  event: z.literal('step'),
  step: z.string(),
  state: z.enum(['started', 'done', 'skipped']),
  detail: z.string().optional(),
  durationMs: z.number().optional(),
});
const errorSchema = z.object({ event: z.literal('error'), code: z.string(), message: z.string(), hint: z.string() });
const resultSchema = z.looseObject({ event: z.literal('result') });

export const imageProgramLineSchema = z.discriminatedUnion('event', [stepSchema, errorSchema, resultSchema]);
export type ImageProgramLine = z.infer<typeof imageProgramLineSchema>;

/** What `build` ends with. */
export const imageBuiltSchema = z.object({
  outcome: z.enum(['activated', 'unchanged', 'would-build']),
  /** The image that is active now; of `would-build` the one that would be, where that is known without building it. */
  id: z.string().optional(),
  previous: z.string().optional(),
  verdict: verdictSchema.optional(),
  bootMs: z.number().optional(),
  restoreMs: z.number().optional(),
  driver: z.string().optional(),
  accelerator: z.string().optional(),
  machine: z.string().optional(),
  kind: z.enum(['vm', 'process']).optional(),
  /** Names of the layers that were built afresh. */
  rebuilt: z.array(z.string()).optional(),
});
export type ImageBuilt = z.infer<typeof imageBuiltSchema>;

/** What `rollback` ends with. */
export const imageRolledBackSchema = z.object({
  id: z.string(),
  from: z.string().optional(),
  sha: z.string().optional(),
  bootMs: z.number().optional(),
  verdict: verdictSchema.optional(),
});
export type ImageRolledBack = z.infer<typeof imageRolledBackSchema>;

/** What each of `vms start`, `vms stop` and `vms list` ends with: those that were started or stopped, or all. */
export const imageVmsSchema = z.object({ vms: z.array(vmViewSchema) });
