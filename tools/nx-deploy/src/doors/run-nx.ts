import { createProjectGraphAsync, workspaceRoot } from '@nx/devkit';
import { projectNotDeployed } from '@polydev/errors';
import { nearest, readManifest } from '@polydev/manifest';
import { matchTargets } from '../inference/match-targets';
import { DEFAULT_MANIFEST } from '../plugin-options';
import { execa } from 'execa';

/**
 * Runs Nx as if it had been typed: same terminal, same exit code. Ctrl-C reaches Nx by the terminal; what is sent to the
 * door alone is passed on, and the door waits for Nx to take back what it had begun.
 */
export const runNx = async (args: readonly string[]): Promise<void> => {
  const nx = execa(process.execPath, [require.resolve('nx/bin/nx.js', { paths: [workspaceRoot] }), ...args], {
    cwd: workspaceRoot,
    stdio: 'inherit',
    reject: false,
    cleanup: false,
  });
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => nx.kill('SIGTERM'));
  const { exitCode, signal } = await nx;
  process.exitCode = exitCode ?? (signal === undefined ? 1 : 130);
};

/** Names of the Nx projects of targets, as the manifest calls them. Throws PROJECT_NOT_DEPLOYED for one it has not. */
export const projectsOf = async (names: readonly string[]): Promise<readonly string[]> => {
  const graph = await createProjectGraphAsync({ exitOnError: true });
  const manifest = readManifest(workspaceRoot, DEFAULT_MANIFEST);
  const targets = [...manifest.targets, ...manifest.databases].map(({ name }) => name);
  const { matched } = matchTargets(targets, Object.values(graph.nodes));
  return names.map((name) => {
    const found = matched.find(({ target, project }) => target === name || project.name === name);
    if (found !== undefined) return found.project.name;
    const suggestion = nearest(name, targets);
    throw projectNotDeployed({
      file: DEFAULT_MANIFEST,
      target: name,
      environment: 'any environment',
      targets,
      ...(suggestion === undefined ? {} : { suggestion }),
    });
  });
};

/** The options of a door that its tasks know too, as Nx takes them. */
export const passedOn = (values: Readonly<Record<string, string | boolean | undefined>>): readonly string[] =>
  Object.entries(values).flatMap(([name, value]) => {
    if (value === undefined || value === false) return [];
    return value === true ? [`--${name}`] : [`--${name}=${value}`];
  });
