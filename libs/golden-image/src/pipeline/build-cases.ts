import { rm } from 'node:fs/promises';
import type { ImageManifest, LayerName } from '@polydev/contract';
import { imageDamaged } from '@polydev/errors';
import type { ImageFiles } from '../drivers/driver';
import { imagesLayout } from '../layout';
import { activate, activeId, imageFiles, placeImage, repairImage, verifyLayers, type NewImage } from '../store';
import { proofOf, type BuildResult } from './build-result';
import { checkImage } from './check-image';
import { makeActive } from './make-active';
import { newManifest } from './new-manifest';
import type { AgentSource, PipelineParts, PreparedLayers } from './parts';
import { step, type Timed } from './step';

/** A build whose layers stand. */
export interface Build {
  readonly parts: PipelineParts;
  readonly source: AgentSource;
  readonly id: string;
  readonly prepared: Timed<PreparedLayers>;
}

/** An image that the store does not have, or whose manifest is lost: proven in full, stored, made active. */
export const fresh = async (build: Build, { isThere }: { readonly isThere: boolean }): Promise<BuildResult> => {
  const { parts, source, id, prepared } = build;
  const layout = imagesLayout(parts.settings.root);
  const checked = await checkImage(parts, { image: layerFiles(build), depth: 'full', source });
  const facts = { id, target: parts.settings.target, source, prepared, checked, now: parts.now() };
  const image = { ...newImage(build, newManifest(facts)), snapshot: checked.result.snapshot };
  await step(parts, {
    name: 'store',
    doing: `storing ${id}`,
    work: async () => {
      if (isThere) await repairImage(layout, image);
      else await placeImage(layout, image, parts.reached);
    },
  });
  return activated(build, image.manifest, checked.durationMs);
};

/** It is active already: nothing boots. A file of it that is not the layer store's any more is put right. */
export const unchanged = async (build: Build, manifest: ImageManifest): Promise<BuildResult> => {
  const { parts, source, id, prepared } = build;
  const layout = imagesLayout(parts.settings.root);
  await repair(build, manifest);
  await activate(layout, { id, ...source, reason: 'activate', by: parts.by, at: parts.now().toISOString() });
  const timings = { layersMs: prepared.durationMs };
  return { outcome: 'unchanged', ...proofOf(manifest), rebuilt: prepared.result.rebuilt, timings };
};

/**
 * It was built before, and gone back from or overtaken. Whatever becomes active was read and booted right before, on the machine
 * as it is now; its uniqueness was proven when it was built and rests on the same bytes.
 */
export const again = async (
  build: Build,
  manifest: ImageManifest,
  prepareAgain: () => Promise<Timed<PreparedLayers>>,
): Promise<BuildResult> => {
  const { parts, source, id } = build;
  const layout = imagesLayout(parts.settings.root);
  await repair(build, manifest);
  if ((await damagedLayers(build, manifest)).length > 0) {
    await forgetLayers(build, await verifyLayers(layout, manifest));
    await repair({ ...build, prepared: await prepareAgain() }, manifest);
    const damaged = await damagedLayers(build, manifest);
    const reason = `layer ${damaged.join(' and layer ')} cannot be built as it was`;
    if (damaged.length > 0) throw imageDamaged({ id, reason, active: await activeId(layout) });
  }
  const checked = await checkImage(parts, { image: imageFiles(layout, manifest), depth: 'boot', source });
  return activated(build, manifest, checked.durationMs);
};

const activated = async (build: Build, manifest: ImageManifest, validateMs: number): Promise<BuildResult> => {
  const { parts, source, id, prepared } = build;
  const { result: previous, durationMs: activateMs } = await makeActive(parts, { id, source, reason: 'activate' });
  const timings = { layersMs: prepared.durationMs, validateMs, activateMs };
  const proof = { ...proofOf(manifest), rebuilt: prepared.result.rebuilt, timings };
  // An image that was removed by hand and built again comes after itself.
  return { outcome: 'activated', ...proof, ...(previous !== undefined && previous !== id && { previous }) };
};

const repair = async (build: Build, manifest: ImageManifest): Promise<void> => {
  const image = newImage(build, manifest);
  const repaired = await repairImage(imagesLayout(build.parts.settings.root), image);
  if (repaired.length === 0) return;
  const detail = `${repaired.join(', ')} of ${build.id} put right from the layer store`;
  build.parts.report({ event: 'step', step: 'repair', state: 'done', detail });
};

const damagedLayers = async ({ parts, id }: Build, manifest: ImageManifest): Promise<readonly LayerName[]> => {
  const verified = await step(parts, {
    name: 'verify',
    doing: `reading ${id}`,
    work: () => verifyLayers(imagesLayout(parts.settings.root), manifest),
    detail: (damaged) => (damaged.length === 0 ? undefined : `damaged: ${damaged.join(', ')}`),
  });
  return verified.result;
};

/** The layer store's own file is damaged, unnoticed by size and time: it is built afresh. */
const forgetLayers = async ({ prepared }: Build, names: readonly LayerName[]): Promise<void> => {
  const paths = names.map((name) => prepared.result.files[name]).filter((path) => path !== undefined);
  for (const path of paths) await rm(path, { force: true });
};

const newImage = ({ prepared, id }: Build, manifest: ImageManifest): NewImage => ({
  manifest,
  sbom: () => prepared.result.sbom({ id, createdAt: manifest.createdAt }),
  paths: prepared.result.files,
});

/** The files that would be activated: an image's layers are links to them. */
const layerFiles = ({ id, prepared }: Build): ImageFiles => ({
  id,
  kind: prepared.result.kind,
  layers: prepared.result.files,
});
