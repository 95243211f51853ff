import { openDoor, parseDoor } from './door';
import { projectsOf, passedOn, runNx } from './run-nx';
import { showOverview } from './show-overview';

const HELP = `Shows what runs where.

  scripts/deployment-status.sh                               one table of every target
  scripts/deployment-status.sh --target master-controller    one target: releases, health, drift, history

  --target <name>         as the manifest calls it
  -c, --configuration     the environment: sandbox (default), production, …
  --limit <n>             deployments of the past, with --target
  --json                  for programs, with --target
`;

/** `deployment-status [--target <name>]`: the overview, or the status task. */
const deploymentStatus = async (): Promise<void> => {
  const { values } = parseDoor('deployment-status', {
    options: {
      help: { type: 'boolean', short: 'h' },
      target: { type: 'string' },
      configuration: { type: 'string', short: 'c' },
      limit: { type: 'string' },
      json: { type: 'boolean' },
    },
  });
  const { help, target, ...options } = values;
  if (help) return console.log(HELP);
  if (target === undefined) {
    process.exitCode = (await showOverview(options.configuration)) ? 0 : 1;
    return;
  }
  const [project = target] = await projectsOf([target]);
  await runNx(['run', `${project}:status`, ...passedOn(options)]);
};

void openDoor(deploymentStatus);
