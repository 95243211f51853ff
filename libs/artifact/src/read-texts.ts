import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Artifact } from './entry';

/** Texts of the artifact's files at the given paths, by path; those that it lacks are left out. */
export const readTexts = async (artifact: Artifact, paths: readonly string[]): Promise<ReadonlyMap<string, string>> => {
  const files = new Set(artifact.entries.flatMap(({ type, path }) => (type === 'file' ? [path] : [])));
  const present = paths.filter((path) => files.has(path));
  const texts = present.map(async (path) => [path, await readFile(join(artifact.directory, path), 'utf8')] as const);
  return new Map(await Promise.all(texts));
};
