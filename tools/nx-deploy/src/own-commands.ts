import { defaultEnvironment } from '@polydev/manifest';
import { type Report, rewording } from '@polydev/reporting';

/** Tasks that look at an environment or change it. */
const TASKS = 'approve|audit|deploy|golden-image|migrate|plan|preflight|recover|rollback|setup|status|trust|unlock|vms';
const CODE = /`[^`\n]*`/g;
/** A command of Nx, up to where the next command of the same line begins. */
const COMMAND = /(?<![\w./-])(?:npx )?nx (run|run-many|affected)( [^&;|`]*)/g;
/** What names the environment, and all of one task: `api:deploy`. */
const ONE = new RegExp(`^ \\S+:(?:${TASKS})(?=[ \`]|$)`);
/** What names the tasks of several projects: `-t deploy`, `--targets=deploy,status`. */
const SEVERAL = new RegExp(
  ` (?:-t|--targets?)[ =](?:[^\\s,-][^\\s,]*[ ,])*?(?:${TASKS})(?=[ ,\`]|$)(?:[ ,][^\\s,-][^\\s,]*)*`,
);
/** The environment is named already, or does not matter. */
const SETTLED = / (?:-c|--configuration|--prod|--help)(?=[ =]|$)/;

/**
 * Makes the commands of ours in a text (those between backticks) such that they can be typed as they stand: they begin
 * with `npx`, and name the environment they are about. Without one they are left to the default environment. Pure.
 */
export const withEnvironment =
  (environment: string | undefined) =>
  (text: string): string =>
    text.replace(CODE, (code) =>
      code.replace(COMMAND, (_, verb: string, rest: string) => `npx nx ${verb}${naming(verb, rest, environment)}`),
    );

const naming = (verb: string, rest: string, environment: string | undefined): string => {
  if (environment === undefined || SETTLED.test(rest)) return rest;
  return rest.replace(verb === 'run' ? ONE : SEVERAL, (tasks) => `${tasks} -c ${environment}`);
};

/** The environment that a command must name to reach it: undefined for the one that is meant where none is named. */
export const environmentToName = (environment: string | undefined): string | undefined =>
  environment === defaultEnvironment(process.env) ? undefined : environment;

/** A report whose commands reach the environment that a run is for, wherever they are typed in this shell. */
export const reportFor = (environment: string | undefined, report: Report): Report =>
  rewording(report, withEnvironment(environmentToName(environment)));
