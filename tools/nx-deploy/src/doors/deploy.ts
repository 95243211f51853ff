import { openDoor, parseDoor } from './door';
import { passedOn, projectsOf, runNx } from './run-nx';

const HELP = `Deploys to an environment: what changed since what is live, or the targets that are named.

  scripts/deploy.sh                               what changed, in graph order
  scripts/deploy.sh --target master-controller    one target, after what it depends on

  --target <name>         as the manifest calls it; may be given several times
  -c, --configuration     the environment: sandbox (default), production, …
  --dry-run               show what would be done, and touch nothing
  --plan <hash>           only if what would be done is just this plan
  --emergency             put the environment's rules aside; loud, recorded, and only with a reason
  --reason <why>          for the record
  --json                  events as JSON, one a line
`;

/** `deploy [--target <name>]…`: the deploy tasks, for those who do not think in Nx. */
const deploy = async (): Promise<void> => {
  const { values } = parseDoor('deploy', {
    options: {
      help: { type: 'boolean', short: 'h' },
      target: { type: 'string', multiple: true },
      configuration: { type: 'string', short: 'c' },
      'dry-run': { type: 'boolean' },
      plan: { type: 'string' },
      emergency: { type: 'boolean' },
      reason: { type: 'string' },
      json: { type: 'boolean' },
    },
  });
  const { help, target: targets = [], ...options } = values;
  if (help) return console.log(HELP);
  const projects = await projectsOf(targets);
  const task =
    projects.length === 0 ? ['affected', '-t', 'deploy'] : ['run-many', '-t', 'deploy', '-p', projects.join(',')];
  await runNx([...task, ...passedOn(options)]);
};

void openDoor(deploy);
