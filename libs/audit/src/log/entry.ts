import { deploymentIdSchema } from '@polydev/contract';
import { z } from 'zod';

/** Version of a line's shape; a reader says so when it meets a newer one. */
export const AUDIT_VERSION = 1;

export const hashSchema = z.string().regex(/^[0-9a-f]{64}$/);
export const fingerprintSchema = z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/);
/** Characters of a field at most: a log is read whole. */
export const LONGEST_TEXT = 4_096;
const text = z.string().max(LONGEST_TEXT);
const name = text.min(1);

/** Who did it, by every name that is known; only a key that signed proves anything. */
export const whoSchema = z.strictObject({
  /** `user@machine` of the deployer. */
  by: name,
  /** Login of the GitHub actor. */
  actor: name.optional(),
  /** `name <address>` of git; whoever types it may type another one. */
  git: name.optional(),
  /** Fingerprint of the SSH key. */
  key: fingerprintSchema.optional(),
  /** Address of the CI run. */
  run: text.optional(),
});
export type Who = z.infer<typeof whoSchema>;

export const auditActionSchema = z.enum([
  'deploy',
  'rollback',
  'recover',
  'image-activated',
  'migration',
  'approval',
  'lock-broken',
  'secret-changed',
  'secrets-rotated',
  'host-trusted',
]);
export type AuditAction = z.infer<typeof auditActionSchema>;

/** `begun` is the intent, written before the first effect; the entry that says how it ended comes after it. */
export const auditResultSchema = z.enum([
  'begun',
  'succeeded',
  'unchanged',
  'rolled-back',
  'stuck',
  'failed',
  'refused',
]);
export type AuditResult = z.infer<typeof auditResultSchema>;

/** What happened once, without its place in a log. Never holds a secret's value. */
export const auditEntrySchema = z.strictObject({
  at: z.iso.datetime(),
  who: whoSchema,
  action: auditActionSchema,
  environment: name,
  target: name.optional(),
  host: name.optional(),
  deployment: deploymentIdSchema.optional(),
  /** Why, in the words of whoever asked for it. */
  reason: text.optional(),
  /** Whether a rule was put aside for it (break-glass). */
  emergency: z.literal(true).optional(),
  commit: name.optional(),
  digest: hashSchema.optional(),
  /** Hash of the deployment plan. */
  plan: hashSchema.optional(),
  /** Who approved that plan; a review on GitHub has no key. */
  approver: z.strictObject({ name, key: fingerprintSchema.optional() }).optional(),
  result: auditResultSchema,
  /** What was there before, and after: releases, images, schema versions, names of secrets. */
  before: text.optional(),
  after: text.optional(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;

/** A line of `audit.jsonl`: an entry with its place in one log. */
export const auditLineSchema = auditEntrySchema.extend({
  schema: z.literal(AUDIT_VERSION),
  /** Name of the log that it belongs to: `production@web-1`. So no log passes for another one. */
  log: name,
  /** Counted from 1, without a gap. */
  seq: z.int().positive(),
  /** Hash of the entry before; of the first, of the log's name. */
  prev: hashSchema,
  /** SHA-256 of this line's canonical JSON without this field. */
  hash: hashSchema,
});
export type AuditLine = z.infer<typeof auditLineSchema>;

/** What any version's line says of its place in its log. */
export const placeSchema = z.looseObject({
  schema: z.int().positive(),
  log: name,
  seq: z.int().positive(),
  prev: hashSchema,
  hash: hashSchema,
  at: z.iso.datetime(),
});
export type Place = z.infer<typeof placeSchema>;

/** How far a log goes: its newest entry. Kept elsewhere, it shows when entries are taken off the end. */
export const headSchema = z.strictObject({
  log: name,
  seq: z.int().positive(),
  hash: hashSchema,
  at: z.iso.datetime(),
});
export type AuditHead = z.infer<typeof headSchema>;
