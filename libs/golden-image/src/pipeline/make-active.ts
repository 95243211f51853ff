import type { ImageActivation } from '@polydev/contract';
import { imagesLayout } from '../layout';
import { activate, collect } from '../store';
import type { AgentSource, PipelineParts } from './parts';
import { step, type Timed } from './step';

/** Makes a proven image active, then collects. Returns what was active before. */
export const makeActive = async (
  parts: PipelineParts,
  image: { readonly id: string; readonly source: AgentSource; readonly reason: ImageActivation['reason'] },
): Promise<Timed<string | undefined>> => {
  const layout = imagesLayout(parts.settings.root);
  const { id, reason, source } = image;
  const { sha, digest, release } = source;
  const facts = { id, sha, digest, release, reason, by: parts.by, at: parts.now().toISOString() };
  const activated = await step(parts, {
    name: 'activate',
    doing: `making ${id} active`,
    work: () => activate(layout, facts, parts.reached),
  });
  await collectQuietly(parts);
  return activated;
};

/** Removes images that nothing needs; what cannot be removed is told and stays. */
export const collectQuietly = async (parts: PipelineParts): Promise<void> => {
  const layout = imagesLayout(parts.settings.root);
  try {
    await step(parts, {
      name: 'collect',
      doing: 'collecting old images',
      work: async () => collect(layout, { leased: await parts.leased(layout), keep: parts.settings.keep }),
      detail: ({ images }) => (images.length === 0 ? undefined : `removed ${images.join(', ')}`),
    });
  } catch (error) {
    const detail = `old images stay: ${error instanceof Error ? error.message : String(error)}`;
    parts.report({ event: 'step', step: 'collect', state: 'skipped', detail });
  }
};
