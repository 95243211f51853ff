import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { flushed } from './files';

const hash = z.string().regex(/^[0-9a-f]{64}$/);

const fileFactsSchema = z.object({
  size: z.number(),
  /** Nanoseconds since the epoch, as text: they are more than a number holds. */
  changed: z.string(),
  inode: z.string(),
  sha256: hash,
});
/** What a file looked like when it was hashed. */
export type FileFacts = z.infer<typeof fileFactsSchema>;

const knownPackageSchema = z.object({
  name: z.string(),
  version: z.string(),
  architecture: z.string(),
  /** Name of its file beside the layers. */
  file: z.string().regex(/^[^/]+\.deb$/),
  sha256: hash,
});
/** A Debian package that lies, or lay, in the store. */
export type KnownPackage = z.infer<typeof knownPackageSchema>;

const indexSchema = z.object({
  version: z.literal(1),
  /** `<kind> <key of the inputs>` → SHA-256 of the layer. */
  layers: z.record(z.string(), hash),
  files: z.record(z.string(), fileFactsSchema),
  /** What guests' kernels come from until somebody asks for a newer one. */
  kernelPackage: knownPackageSchema.optional(),
});
export type LayerIndex = Readonly<Omit<z.infer<typeof indexSchema>, 'files'>> & {
  readonly files: Readonly<Record<string, FileFacts>>;
};

const NAME = 'index.json';
const EMPTY: LayerIndex = { version: 1, layers: {}, files: {} };

/** The index of the store in `directory`. One that cannot be read is as good as none: everything in it can be found out again. */
export const readIndex = async (directory: string): Promise<LayerIndex> => {
  const text = await readFile(join(directory, NAME), 'utf8').catch(() => '');
  return parseIndex(text);
};

const parseIndex = (text: string): LayerIndex => {
  try {
    return indexSchema.parse(JSON.parse(text));
  } catch {
    return EMPTY;
  }
};

export interface IndexUpdate {
  readonly index: LayerIndex;
  /** A name of its own on the same file system, where the index is written before it is moved in. */
  readonly draft: string;
}

/**
 * Writes the index if it differs from the one that is there; returns what is there then. What another builder has noted meanwhile
 * stays, what is said of files that are gone does not.
 */
export const writeIndex = async (directory: string, { index, draft }: IndexUpdate): Promise<LayerIndex> => {
  const path = join(directory, NAME);
  const before = await readFile(path, 'utf8').catch(() => undefined);
  const kept = withoutLost(directory, merged(parseIndex(before ?? ''), index));
  const text = `${JSON.stringify(kept, null, 2)}\n`;
  if (text === before) return kept;
  await writeFile(draft, text, { flush: true });
  await rename(draft, path);
  await flushed(directory);
  return kept;
};

const merged = (theirs: LayerIndex, ours: LayerIndex): LayerIndex => ({
  ...theirs,
  ...ours,
  layers: { ...theirs.layers, ...ours.layers },
  files: { ...theirs.files, ...ours.files },
});

const withoutLost = (directory: string, index: LayerIndex): LayerIndex => {
  const layers = Object.entries(index.layers).filter(([name, sha256]) =>
    existsSync(join(directory, `${name.split(' ')[0]}-${sha256}`)),
  );
  const files = Object.entries(index.files).filter(([file]) => existsSync(file));
  return { ...index, layers: Object.fromEntries(layers.sort()), files: Object.fromEntries(files.sort()) };
};
