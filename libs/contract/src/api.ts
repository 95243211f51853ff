import { z } from 'zod';
import { deploymentRecordSchema, errorFactsSchema } from './record';
import { releaseInfoSchema } from './release-info';

/** `GET /api/targets`: each target on the controller's host with its live release and health. */
export const targetViewSchema = z.object({
  target: z.string(),
  environment: z.string(),
  path: z.string(),
  url: z.string().optional(),
  /** Absent when no release is live. */
  live: releaseInfoSchema.omit({ target: true, environment: true }).optional(),
  since: z.iso.datetime().optional(),
  health: z.enum(['healthy', 'unhealthy', 'not-checked']),
  /** Why it is unhealthy, in a sentence. */
  healthDetail: z.string().optional(),
});
export type TargetView = z.infer<typeof targetViewSchema>;
export const targetsAnswerSchema = z.object({
  targets: z.array(targetViewSchema),
  /** `<file>: <why>` for each target file that could not be read. */
  unreadable: z.array(z.string()).default([]),
});
export type TargetsAnswer = z.infer<typeof targetsAnswerSchema>;

/** `GET /api/deployments?limit=50&target=`: newest first. */
export const deploymentsAnswerSchema = z.object({
  deployments: z.array(deploymentRecordSchema),
  /** How many deployments there are to ask for, all pages together. */
  total: z.number(),
  /** `<file>: <why>` for each record file met that could not be read. */
  unreadable: z.array(z.string()),
});
export type DeploymentsAnswer = z.infer<typeof deploymentsAnswerSchema>;

/** Body of every answer that is not 2xx. */
export const apiErrorSchema = errorFactsSchema;
