import type { ImageManifest, Verdict } from '@polydev/contract';
import { imageDamaged } from '@polydev/errors';
import { imagesLayout } from '../layout';
import { activate, activeId, imageFiles, verifyLayers, type StoredImage } from '../store';
import { asBuilder } from './as-builder';
import { checkImage } from './check-image';
import { chooseImage, type Choice, type Wanted } from './choose-image';
import { makeActive } from './make-active';
import type { PipelineParts } from './parts';
import { step } from './step';

export interface RollbackResult {
  readonly id: string;
  /** What was active before; the same where nothing had to be done. */
  readonly from?: string;
  readonly sha: string;
  /** Of the boot that was just made, or of the first where nothing had to be done. */
  readonly bootMs: number;
  readonly verdict: Verdict;
}

/**
 * Makes an image that is kept active again: reads it whole, boots it once, then swaps. One that is unknown, gone or damaged is
 * refused, and what was active stays so.
 */
export const rollbackImage = (parts: PipelineParts, wanted: Wanted): Promise<RollbackResult> =>
  asBuilder(parts, `going back to ${'sha' in wanted ? wanted.sha.slice(0, 12) : wanted.image}`, async () => {
    const layout = imagesLayout(parts.settings.root);
    const choice = await chooseImage(layout, wanted);
    const manifest = await wholeManifest(parts, choice.image);
    return (await activeId(layout)) === manifest.id
      ? isActive(parts, choice, manifest)
      : goBack(parts, choice, manifest);
  });

const goBack = async (parts: PipelineParts, { source }: Choice, manifest: ImageManifest): Promise<RollbackResult> => {
  const image = imageFiles(imagesLayout(parts.settings.root), manifest);
  const { result } = await checkImage(parts, { image, depth: 'boot', source });
  const { id } = manifest;
  const { result: from } = await makeActive(parts, { id, source, reason: 'rollback' });
  const { bootMs, verdict } = result;
  return { id, ...(from !== undefined && { from }), sha: source.sha, bootMs, verdict };
};

/** Another commit of the same image: nothing to boot; which commit it stands for now is recorded. */
const isActive = async (parts: PipelineParts, { source }: Choice, manifest: ImageManifest): Promise<RollbackResult> => {
  const { id, validation } = manifest;
  const facts = { id, ...source, reason: 'rollback' as const, by: parts.by, at: parts.now().toISOString() };
  await activate(imagesLayout(parts.settings.root), facts, parts.reached);
  return { id, from: id, sha: source.sha, bootMs: validation.bootMs, verdict: validation.verdict };
};

const wholeManifest = async (parts: PipelineParts, image: StoredImage): Promise<ImageManifest> => {
  const layout = imagesLayout(parts.settings.root);
  const { id } = image;
  if (image.state === 'damaged') throw imageDamaged({ id, reason: image.reason, active: await activeId(layout) });
  const { result: damaged } = await step(parts, {
    name: 'verify',
    doing: `reading ${id}`,
    work: () => verifyLayers(layout, image.manifest),
  });
  if (damaged.length === 0) return image.manifest;
  const reason = `layer ${damaged.join(' and layer ')} is not what was activated`;
  throw imageDamaged({ id, reason, active: await activeId(layout) });
};
