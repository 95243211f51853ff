import { createProjectGraphAsync, workspaceRoot } from '@nx/devkit';
import { loadEnvironment } from '@polydev/manifest';
import { liveShas } from '@polydev/operations';
import { moveDeployedRef } from '../base/move-deployed-ref';
import { baseTargets } from '../run/close-run';
import { openDoor, parseDoor, reportOnError } from './door';

/**
 * `deployed-base [-c <environment>] [--manifest <file>]`: asks the hosts what they run, moves the environment's
 * deployed ref there, and prints nothing but what `nx affected --base` is to be given.
 */
const deployedBase = async (): Promise<void> => {
  const { values } = parseDoor('deployed-base', {
    options: { configuration: { type: 'string', short: 'c' }, manifest: { type: 'string' } },
  });
  const root = workspaceRoot;
  const environment = loadEnvironment({
    root,
    manifestFile: values.manifest,
    configuration: values.configuration,
    env: process.env,
  });
  const live = await liveShas({ environment, report: reportOnError, signal: new AbortController().signal });
  const graph = await createProjectGraphAsync({ exitOnError: true });
  const { sha, unknown } = moveDeployedRef({ ...baseTargets({ root, environment, graph }), live });
  unknown.forEach((text) => reportOnError({ kind: 'warning', text: `${text}: it counts as changed.` }));
  console.log(sha);
};

void openDoor(deployedBase);
