import { z } from 'zod';

/** How a boot of an image ended. Closed: whoever shows or handles a verdict handles each. */
export const verdictSchema = z.enum([
  'ready',
  'agent-exited',
  'kernel-panic',
  'mount-failed',
  'hung',
  'never-ready',
  'wrong-version',
  'clones-not-unique',
  'infrastructure',
]);
export type Verdict = z.infer<typeof verdictSchema>;

export const driverNameSchema = z.enum(['qemu', 'firecracker', 'process']);
export type DriverName = z.infer<typeof driverNameSchema>;

/** What a layer is for. An image of the `process` driver has only an agent. */
export const layerNameSchema = z.enum(['kernel', 'base', 'initrd', 'agent']);
export type LayerName = z.infer<typeof layerNameSchema>;

export const layerSchema = z.object({
  name: layerNameSchema,
  /** Name of its file in the image's directory. */
  file: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Bytes. */
  size: z.number().int().nonnegative(),
});
export type Layer = z.infer<typeof layerSchema>;

/** `img-` and the first 16 hex digits of the SHA-256 over its driver kind and its layers' names and hashes. */
export const imageIdSchema = z.string().regex(/^img-[0-9a-f]{16}$/);

/** `manifest.json` of an image. */
export const imageManifestSchema = z.object({
  version: z.literal(1),
  id: imageIdSchema,
  /** `vm` boots; `process` is started without any VM. */
  kind: z.enum(['vm', 'process']),
  layers: z.array(layerSchema).min(1),
  /** What the agent was built from; of several commits with one digest, the one that built the image. */
  source: z.object({ target: z.string(), sha: z.string(), digest: z.string(), release: z.string() }),
  createdAt: z.iso.datetime(),
  builder: z.object({
    /** Program → version, as it prints it. */
    versions: z.record(z.string(), z.string()),
    driver: driverNameSchema,
    accelerator: z.enum(['kvm', 'tcg', 'none']),
    /** The machine model; `none` without a VM. */
    machine: z.string(),
  }),
  validation: z.object({
    verdict: verdictSchema,
    /** From the start of the VMM to the first ready answer. */
    bootMs: z.number(),
    /** From the start of the VMM to the first ready answer of the slower clone; absent where the driver has no snapshots. */
    restoreMs: z.number().optional(),
    /** The larger difference between a clone's clock and the host's. */
    clockSkewMs: z.number().optional(),
    validatedAt: z.iso.datetime(),
  }),
  timings: z.object({ layersMs: z.number(), validateMs: z.number(), activateMs: z.number().optional() }),
});
export type ImageManifest = z.infer<typeof imageManifestSchema>;

/** An image as `status` shows it. */
export const imageViewSchema = z.object({
  id: imageIdSchema,
  sha: z.string(),
  digest: z.string(),
  createdAt: z.string(),
  verdict: verdictSchema,
  kind: z.enum(['vm', 'process']),
  driver: driverNameSchema,
  accelerator: z.enum(['kvm', 'tcg', 'none']),
  bootMs: z.number(),
  /** Bytes on disk that no other image shares. */
  size: z.number(),
  pinned: z.boolean(),
  /** Ids of running VMs that use it. */
  vms: z.array(z.string()),
});
export type ImageView = z.infer<typeof imageViewSchema>;

/** A running VM. */
export const vmViewSchema = z.object({
  id: z.string(),
  image: imageIdSchema,
  driver: driverNameSchema,
  /** `no VM` of the process driver shows here. */
  kind: z.enum(['vm', 'process']),
  pid: z.number().int(),
  /** Where it answers: `http://192.168.100.5:3000`. */
  address: z.string(),
  startedAt: z.string(),
  /** `ready`, another status it answered, or `unreachable`. */
  health: z.string(),
});
export type VmView = z.infer<typeof vmViewSchema>;

/** A line of `activations.jsonl`: from this moment on new VMs booted from that image, because of that commit. */
export const imageActivationSchema = z.object({
  id: imageIdSchema,
  sha: z.string(),
  digest: z.string(),
  release: z.string(),
  /** What was active before; absent for the first, and where only the commit changed. */
  from: imageIdSchema.optional(),
  at: z.iso.datetime(),
  by: z.string(),
  reason: z.enum(['activate', 'rollback']),
});
export type ImageActivation = z.infer<typeof imageActivationSchema>;

export const imagesStatusSchema = z.object({
  active: imageIdSchema.optional(),
  previous: imageIdSchema.optional(),
  images: z.array(imageViewSchema),
  /** Directories with the name of an image that are none that could be booted, and why. */
  damaged: z.array(z.object({ id: imageIdSchema, reason: z.string() })).optional(),
  vms: z.array(vmViewSchema),
});
export type ImagesStatus = z.infer<typeof imagesStatusSchema>;
