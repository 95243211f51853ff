import { z } from 'zod';
import { schemaVersionsSchema } from './schema-version';

/** What a release knows of itself; written beside the artifact's files when the release is placed on a host. */
export const releaseInfoSchema = z.object({
  target: z.string(),
  environment: z.string(),
  /** Id of the release, which is the id of the deployment that placed it. */
  release: z.string(),
  /** Full commit SHA the artifact was built from. */
  sha: z.string(),
  /** SHA-256 of the artifact's file list. */
  digest: z.string(),
  /** Of each database that it depends on: the newest migration there was when it was built, so that its schema is at hand. */
  migrations: schemaVersionsSchema.optional(),
});
export type ReleaseInfo = z.infer<typeof releaseInfoSchema>;

/** The part of a health answer that tells which release answered. Absent where a program does not run from a release. */
export const healthIdentitySchema = releaseInfoSchema.pick({ release: true, sha: true, digest: true }).partial();

/** What a program in a golden image is told of the image when it is started. */
export const imageIdentitySchema = z.object({
  /** Id of the image. */
  image: z.string(),
  /** Version in the program's own package.json. */
  version: z.string(),
  /** SHA-256 of the artifact's file list, as of a release: an image holds no release. */
  digest: z.string(),
});
export type ImageIdentity = z.infer<typeof imageIdentitySchema>;

/** A health answer of our own apps. */
export const healthAnswerSchema = healthIdentitySchema
  .extend(imageIdentitySchema.partial().shape)
  .extend({ status: z.string() });
export type HealthAnswer = z.infer<typeof healthAnswerSchema>;
