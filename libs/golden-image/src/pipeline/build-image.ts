import { imagesLayout } from '../layout';
import { activate, activeId, readImage } from '../store';
import { asBuilder } from './as-builder';
import { again, fresh, unchanged, type Build } from './build-cases';
import { proofOf, type BuildResult } from './build-result';
import type { AgentSource, PipelineParts, PreparedLayers } from './parts';
import { step, type Timed } from './step';

export interface BuildRequest {
  /** The agent's directory. */
  readonly agent: string;
  readonly source: AgentSource;
}

/**
 * Builds the image of an agent, proves it by a boot and makes it active. Where that image is active already nothing is booted.
 * What happens is reported step by step; on any error what was active stays so, and the error says it.
 */
export const buildImage = async (parts: PipelineParts, request: BuildRequest): Promise<BuildResult> => {
  if (parts.settings.rebuild === 'manual') return leftToPeople(parts, request);
  const layout = imagesLayout(parts.settings.root);
  return asBuilder(parts, `building the image of ${request.source.sha.slice(0, 12)}`, async () => {
    const prepared = await prepareLayers(parts, request);
    const { id } = prepared.result;
    const stored = await readImage(layout, id);
    const build: Build = { parts, source: request.source, id, prepared };
    if (!stored?.manifest) return fresh(build, { isThere: stored !== undefined });
    if ((await activeId(layout)) === id) return unchanged(build, stored.manifest);
    return again(build, stored.manifest, () => prepareLayers(parts, request));
  });
};

const prepareLayers = (parts: PipelineParts, { agent, source }: BuildRequest): Promise<Timed<PreparedLayers>> =>
  step(parts, {
    name: 'layers',
    doing: 'building the layers',
    work: () => parts.buildLayers({ agent, source, signal: parts.signal }),
    detail: ({ rebuilt }) => (rebuilt.length === 0 ? 'none changed' : `built ${rebuilt.join(', ')}`),
  });

/** `rebuild: manual`. The agent's digest decides: a server that may not build needs no tools to say so. */
const leftToPeople = async (parts: PipelineParts, { source }: BuildRequest): Promise<BuildResult> => {
  const layout = imagesLayout(parts.settings.root);
  const previous = await activeId(layout);
  const active = previous === undefined ? undefined : await readImage(layout, previous);
  if (active?.manifest?.source.digest !== source.digest)
    return { outcome: 'would-build', digest: source.digest, ...(previous !== undefined && { previous }) };
  const facts = { id: active.id, ...source, reason: 'activate' as const, by: parts.by, at: parts.now().toISOString() };
  await asBuilder(parts, 'recording a commit', () => activate(layout, facts, parts.reached));
  return { outcome: 'unchanged', ...proofOf(active.manifest), rebuilt: [], timings: { layersMs: 0 } };
};
