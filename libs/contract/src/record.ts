import { z } from 'zod';
import { schemaMoveSchema, schemaVersionsSchema } from './schema-version';

/** Version of the record's shape; a reader refuses a newer one than it knows. */
export const RECORD_VERSION = 1;

/** What the id of a deployment is made of, wherever it comes from outside: it names a file, so it names no folder. */
export const deploymentIdSchema = z.string().regex(/^[0-9A-Za-z][0-9A-Za-z._-]{0,127}$/);

export const errorFactsSchema = z.object({ code: z.string(), message: z.string(), hint: z.string() });
export type ErrorFacts = z.infer<typeof errorFactsSchema>;

/** What became of a target on one host in one deployment. */
export const hostOutcomeSchema = z.enum([
  /** The new release was placed and serves. */
  'moved',
  /** The artifact was live already; nothing was done. */
  'unchanged',
  /** A step failed, here or at another target of the deployment, and everything was undone; the previous release serves. */
  'taken-back',
  /** It failed and what is left could not be undone, or was left by the manifest's setting. */
  'stuck',
  /** The run ended before this target's turn. */
  'not-reached',
  /** Begun and not ended yet, or its run died. */
  'running',
]);
export type HostOutcome = z.infer<typeof hostOutcomeSchema>;

export const stepTimingSchema = z.object({ step: z.string(), durationMs: z.number() });

export const hostRecordSchema = z.object({
  host: z.string(),
  outcome: hostOutcomeSchema,
  /** Release that serves when this record was written, where known. */
  release: z.string().optional(),
  /** Release that served before. */
  previous: z.string().optional(),
  /** Name of the step that failed. */
  failedStep: z.string().optional(),
  error: errorFactsSchema.optional(),
  steps: z.array(stepTimingSchema).default([]),
  /** Bytes of the files sent to this host (with rsync: what it sent of them), and files of the release that were sent or reused. */
  transfer: z.object({ bytes: z.number(), sentFiles: z.number(), reusedFiles: z.number() }).optional(),
  /** One line each; for the person who reads the record. */
  notes: z.array(z.string()).default([]),
});
export type HostRecord = z.infer<typeof hostRecordSchema>;

/** One target's part of a deployment. Each task of a run writes its own; the closer joins them. */
export const targetRecordSchema = z.object({
  target: z.string(),
  outcome: hostOutcomeSchema,
  digest: z.string().optional(),
  /** Of a rollback: ids of the deployments whose release it took away from this target, newest first. */
  undid: z.array(z.string()).optional(),
  startedAt: z.iso.datetime().optional(),
  endedAt: z.iso.datetime().optional(),
  /** Of a database, which has no hosts. */
  schema: schemaMoveSchema.optional(),
  /** Who approved the plan, where the environment wants that. */
  approvedBy: z.string().optional(),
  /** Of any other target: versions of the databases that it depends on, as they were when it was moved. */
  databases: schemaVersionsSchema.optional(),
  /** Of a database: what made it fail. What fails on a host stands with the host. */
  error: errorFactsSchema.optional(),
  hosts: z.array(hostRecordSchema).default([]),
});
export type TargetRecord = z.infer<typeof targetRecordSchema>;

/** What all parts of a deployment share. */
export const deploymentHeadSchema = z.object({
  schema: z.literal(RECORD_VERSION),
  /** `<timestamp>-<short sha>` */
  id: z.string(),
  /** Random; tells two runs apart that chose one id. */
  nonce: z.string(),
  kind: z.enum(['deploy', 'rollback']),
  environment: z.string(),
  sha: z.string(),
  /** Whether the tree had changes that the SHA does not name. */
  dirty: z.boolean(),
  branch: z.string().optional(),
  /** `user@machine` of the deployer. */
  by: z.string(),
  startedAt: z.iso.datetime(),
  /** Targets that the run set out to move, in graph order. */
  planned: z.array(z.string()),
  /** Why, in the words of whoever asked for it. */
  reason: z.string().optional(),
  /** Whether the environment's rules were put aside (`--emergency`); the reason says why. */
  emergency: z.boolean().optional(),
});
export type DeploymentHead = z.infer<typeof deploymentHeadSchema>;

export const deploymentOutcomeSchema = z.enum(['running', 'succeeded', 'rolled-back', 'stuck']);
export type DeploymentOutcome = z.infer<typeof deploymentOutcomeSchema>;

/** `<state_dir>/deployments/<id>.json`: what one deployment did, per target and host. */
export const deploymentRecordSchema = deploymentHeadSchema.extend({
  outcome: deploymentOutcomeSchema,
  endedAt: z.iso.datetime().optional(),
  /** Of a rollback: ids of all deployments that it undid, newest first. */
  undid: z.array(z.string()).optional(),
  targets: z.array(targetRecordSchema),
});
export type DeploymentRecord = z.infer<typeof deploymentRecordSchema>;

/** `<state_dir>/deployments/<id>.parts/<target>.json`: one target's part, before the closer joins them. */
export const deploymentPartSchema = z.object({ head: deploymentHeadSchema, part: targetRecordSchema });
export type DeploymentPart = z.infer<typeof deploymentPartSchema>;
