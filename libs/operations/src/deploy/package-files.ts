import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Artifact } from '@polydev/artifact';
import { PACKAGE_FILES } from './dependencies';

/** Texts of the artifact's files that decide what is installed, by path; missing ones are left out. */
export const readPackageFiles = async (artifact: Artifact): Promise<ReadonlyMap<string, string>> => {
  const present = PACKAGE_FILES.filter((file) => artifact.entries.some((entry) => entry.path === file));
  const texts = await Promise.all(
    present.map(async (file) => [file, await readFile(join(artifact.directory, file), 'utf8')] as const),
  );
  return new Map(texts);
};
