import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImageManifest, LayerName } from '@polydev/contract';
import { imageIdOf } from '../../layers/image-id';
import { imagesLayout, LAYER_FILES } from '../../layout';
import { activate, placeImage, type NewImage, type Reached } from '../index';

const TIME = '2026-05-04T10:00:00.000Z';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** A store in a directory of its own; layers are short texts. */
export const sampleStore = () => {
  const root = mkdtempSync(join(tmpdir(), 'images-'));
  const layout = imagesLayout(root);
  for (const directory of [layout.layers, layout.work]) mkdirSync(directory);

  const layerFile = (name: LayerName, text: string): string => {
    const path = join(layout.layers, `${name}-${sha256(text)}`);
    rmSync(path, { force: true });
    writeFileSync(path, text);
    return path;
  };
  /** An image, not yet placed, of these layers. */
  const sample = (texts: Readonly<Partial<Record<LayerName, string>>>): NewImage => {
    const entries = Object.entries(texts) as [LayerName, string][];
    const layers = entries.map(([name, text]) => ({
      name,
      file: LAYER_FILES[name],
      sha256: sha256(text),
      size: text.length,
    }));
    const manifest: ImageManifest = {
      version: 1,
      id: imageIdOf('vm', layers),
      kind: 'vm',
      layers,
      source: {
        target: 'vm-agent',
        sha: sha256(`commit ${texts.agent}`).slice(0, 40),
        digest: 'd'.repeat(64),
        release: 'r1',
      },
      createdAt: TIME,
      builder: { versions: { qemu: '7.2' }, driver: 'qemu', accelerator: 'tcg', machine: 'microvm' },
      validation: { verdict: 'ready', bootMs: 4600, validatedAt: TIME },
      timings: { layersMs: 8, validateMs: 8000 },
    };
    const paths = Object.fromEntries(entries.map(([name, text]) => [name, layerFile(name, text)]));
    return { manifest, sbom: async () => '{}', paths };
  };
  let minutes = 0;
  /** Makes an image active, each a minute after the one before. */
  const makeActive = (id: string, { sha = 'a'.repeat(40), reached }: { sha?: string; reached?: Reached } = {}) =>
    activate(
      layout,
      {
        id,
        sha,
        digest: 'd'.repeat(64),
        release: `r-${sha.slice(0, 4)}`,
        at: new Date(Date.parse(TIME) + (minutes += 1) * 60_000).toISOString(),
        by: 'anna@laptop',
        reason: 'activate',
      },
      reached,
    );
  /** Places an image with this agent and makes it active; returns its id. */
  const deploy = async (agent: string): Promise<string> => {
    const image = sample({ base: 'base', agent });
    await placeImage(layout, image);
    await makeActive(image.manifest.id, { sha: image.manifest.source.sha });
    return image.manifest.id;
  };
  return { root, layout, sample, makeActive, deploy, remove: () => rmSync(root, { recursive: true, force: true }) };
};
export type SampleStore = ReturnType<typeof sampleStore>;
