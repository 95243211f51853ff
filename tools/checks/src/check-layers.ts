import { createProjectGraphAsync } from '@nx/devkit';
import layers from '../layers.json';
import { layerProblems } from './layers';

/** Checks the layers of the workspace around the current folder by Nx's project graph. Returns the exit code. */
export const checkLayers = async (): Promise<number> => {
  const problems = layerProblems(await createProjectGraphAsync({ exitOnError: true }), layers);
  for (const problem of problems) console.error(problem);
  return problems.length === 0 ? 0 : 1;
};
