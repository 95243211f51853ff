import { optionInvalid } from '@polydev/errors';
import { openDoor, parseDoor } from './door';
import { passedOn, projectsOf, runNx } from './run-nx';

const HELP = `Takes targets back to what was live with an earlier commit.

  scripts/rollback.sh abc123f                               every target, as one
  scripts/rollback.sh abc123f --target master-controller    one target
  scripts/rollback.sh --target master-controller            one target, to the good release before

  --target <name>         as the manifest calls it; may be given several times
  --reason <why>          for the record
  --emergency             without the role that the environment asks for; loud, recorded, and only with a reason
  -c, --configuration     the environment: sandbox (default), production, …
  --dry-run               show where it would go, and touch nothing
  --json                  events as JSON, one a line
`;

/** `rollback [<sha>] [--target <name>]…`: the rollback tasks, for those who do not think in Nx. */
const rollback = async (): Promise<void> => {
  const { values, positionals } = parseDoor('rollback', {
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      target: { type: 'string', multiple: true },
      reason: { type: 'string' },
      emergency: { type: 'boolean' },
      configuration: { type: 'string', short: 'c' },
      'dry-run': { type: 'boolean' },
      json: { type: 'boolean' },
    },
  });
  const { help, target: targets = [], ...options } = values;
  if (help) return console.log(HELP);
  const [sha, ...others] = positionals;
  refuse([
    ...others.map((word) => `${word}: one SHA is enough`),
    ...(sha === undefined && targets.length === 0 ? ['a SHA or a --target is missing'] : []),
  ]);
  const projects = await projectsOf(targets);
  const selected = projects.length === 0 ? [] : ['-p', projects.join(',')];
  await runNx(['run-many', '-t', 'rollback', ...selected, ...passedOn({ sha, ...options })]);
};

const refuse = (problems: readonly string[]): void => {
  if (problems.length > 0) {
    throw optionInvalid({
      task: 'rollback',
      problems,
      options: ['<sha>', '--target', '--reason'],
      help: 'scripts/rollback.sh --help',
    });
  }
};

void openDoor(rollback);
