import { stat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageActivation, ImageManifest, ImagesStatus, ImageView, VmView } from '@polydev/contract';
import type { ImagesLayout } from '../layout';
import { activeId, pinnedIds, previousId, readActivations, readImages } from '../store';
import { ifThere } from '../store/durable';

/** Returns what the store holds, newest activation first, and which VMs use it. Damaged images stand apart. */
export const imagesStatus = async (layout: ImagesLayout, vms: readonly VmView[]): Promise<ImagesStatus> => {
  const [active, previous, images, pinned, activations] = await Promise.all([
    activeId(layout),
    previousId(layout),
    readImages(layout),
    pinnedIds(layout),
    readActivations(layout),
  ]);
  const whole = images.flatMap((image) => (image.state === 'whole' ? [image.manifest] : []));
  const damaged = images.flatMap((image) =>
    image.state === 'damaged' ? [{ id: image.id, reason: image.reason }] : [],
  );
  const views = whole.map(async (manifest): Promise<ImageView> => ({
    ...viewOf(manifest, activations),
    size: await ownSize(layout, manifest, whole),
    pinned: pinned.has(manifest.id),
    vms: vms.filter(({ image }) => image === manifest.id).map(({ id }) => id),
  }));
  return {
    ...(active !== undefined && { active }),
    ...(previous !== undefined && { previous }),
    images: (await Promise.all(views)).sort(byLastUse(activations)),
    ...(damaged.length > 0 && { damaged }),
    vms: [...vms],
  };
};

/** The commit is the last one that the image was active with: several commits may have one image. */
const viewOf = (manifest: ImageManifest, activations: readonly ImageActivation[]) => {
  const { id, kind, createdAt, source, builder, validation } = manifest;
  const sha = activations.findLast((activation) => activation.id === id)?.sha ?? source.sha;
  const { driver, accelerator } = builder;
  const { verdict, bootMs } = validation;
  return { id, sha, digest: source.digest, createdAt, verdict, kind, driver, accelerator, bootMs };
};

const byLastUse = (activations: readonly ImageActivation[]) => (one: ImageView, other: ImageView) => {
  const last = ({ id }: ImageView) => activations.findLastIndex((activation) => activation.id === id);
  return last(other) - last(one);
};

/** Bytes of the layers that no other image has, and of its snapshot as far as they take room. */
const ownSize = async (
  layout: ImagesLayout,
  { id, layers }: ImageManifest,
  all: readonly ImageManifest[],
): Promise<number> => {
  const others = new Set(
    all.filter((image) => image.id !== id).flatMap((image) => image.layers.map((layer) => layer.sha256)),
  );
  const own = layers.filter(({ sha256 }) => !others.has(sha256)).reduce((sum, { size }) => sum + size, 0);
  return own + (await sizeOnDisk(layout.snapshot(id)));
};

/** Bytes in a block as stat(2) counts them. */
const BLOCK = 512;

const sizeOnDisk = async (directory: string): Promise<number> => {
  const names = (await ifThere(readdir(directory))) ?? [];
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(directory, name))).blocks * BLOCK));
  return sizes.reduce((sum, size) => sum + size, 0);
};
