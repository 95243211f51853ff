import { optionInvalid } from '@polydev/errors';
import { openDoor, parseDoor } from './door';
import { projectsOf, passedOn, runNx } from './run-nx';
import { showOverview, showOverviewAsJson } from './show-overview';

const HELP = `Shows what runs where.

  scripts/deployment-status.sh                               one table of every target
  scripts/deployment-status.sh --target master-controller    one target: releases, health, drift, history

  --target <name>         as the manifest calls it
  -c, --configuration     the environment: sandbox (default), production, …
  --limit <n>             deployments of the past, with --target
  --json                  for programs; without --target one array of every target's status
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
    if (options.limit !== undefined) throw limitWithoutTarget(options.limit);
    const show = options.json ? showOverviewAsJson : showOverview;
    process.exitCode = (await show(options.configuration)) ? 0 : 1;
    return;
  }
  const [project = target] = await projectsOf([target]);
  await runNx(['run', `${project}:status`, ...passedOn(options)]);
};

const limitWithoutTarget = (limit: string) =>
  optionInvalid({
    task: 'deployment-status',
    problems: [`--limit=${limit}: is for the history of one target; name it with --target`],
    options: ['--target', '--limit', '--json', '-c <environment>'],
    help: 'scripts/deployment-status.sh --help',
  });

void openDoor(deploymentStatus);
