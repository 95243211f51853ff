import { listSources, readArtifact, readTexts, type Artifact } from '@polydev/artifact';
import { RELEASE_FILE } from '@polydev/contract';
import type { TargetConfig } from '@polydev/manifest';
import { PACKAGE_FILES } from './dependencies';

export interface TargetArtifact {
  readonly artifact: Artifact;
  /** Texts of its files that decide what is installed, by path. */
  readonly packageFiles: ReadonlyMap<string, string>;
}

/** Reads what is to be deployed of a target; throws what {@link readArtifact} does. */
export const readTarget = async (target: TargetConfig, directory: string): Promise<TargetArtifact> => {
  const sources = target.build === 'server' ? await listSources(directory) : undefined;
  const exclude = target.build === 'server' ? ['**/node_modules', '.git'] : [];
  const options = { reserved: [RELEASE_FILE], exclude, ...(sources ? { paths: sources } : {}) };
  const artifact = await readArtifact(directory, options);
  return { artifact, packageFiles: await readTexts(artifact, PACKAGE_FILES) };
};
