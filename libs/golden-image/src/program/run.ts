import { isOpsError, type OpsError } from '@polydev/errors';
import { imagesLayout } from '../layout';
import { tellingRefusal } from '../root-access';
import { parseCommandLine } from './command-line';
import { findDrivers } from './find-drivers';
import { errorText, lineOf, stepText, textOf } from './output';
import type { Program } from './program';
import { readSettings } from './settings';
import { runVerb } from './verbs';

export interface Surroundings {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly by: string;
  readonly now: () => Date;
  /** Writes a line of the result; with `--json` of everything. */
  readonly out: (line: string) => void;
  /** Writes a line on what happens meanwhile, or on what went wrong. */
  readonly progress: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Does what the command line asks for, and tells it. Returns the exit code; lets a bug through. */
export const run = async (surroundings: Surroundings): Promise<0 | 1> => {
  const { args, out, progress } = surroundings;
  const json = args.includes('--json');
  const report: Program['report'] = (event) => {
    const text = json ? undefined : stepText(event);
    if (json) out(JSON.stringify(event));
    else if (text !== undefined) progress(text);
  };
  try {
    const { command } = parseCommandLine(args);
    const program = programOf(surroundings, report);
    const result = await tellingRefusal(program.layout.root, () => runVerb(program, command));
    out(json ? JSON.stringify(lineOf(result)) : textOf(result));
    return 0;
  } catch (error) {
    if (!isOpsError(error)) throw error;
    if (json) out(JSON.stringify(errorLine(error)));
    else progress(errorText(error));
    return 1;
  }
};

const errorLine = ({ code, message, hint }: OpsError) => ({ event: 'error', code, message, hint });

const programOf = ({ env, by, now, signal }: Surroundings, report: Program['report']): Program => {
  const settings = readSettings(env);
  const layout = imagesLayout(settings.root);
  return { settings, layout, drivers: findDrivers(settings, layout), by, now, signal, report };
};
