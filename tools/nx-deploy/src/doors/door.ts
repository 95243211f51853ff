import { isOpsError, optionInvalid } from '@polydev/errors';
import { createReporter, type Report } from '@polydev/reporting';
import { reportFor } from '../own-commands';
import { askedRun } from '../run/asked';
import { handOverIdentity } from '../secrets/hand-over';
import { parseArgs, type ParseArgsConfig } from 'node:util';

const print = (text: string): void => console.error(text);

/** Makes the commands that a door's report tells of reach the environment that the door was opened for. */
export const reportOfDoor = (report: Report): Report =>
  reportFor(askedRun(process.argv.slice(2)).configuration, report);

/** Says things on standard error, so that standard output holds a door's answer and nothing else. */
export const reportOnError: Report = reportOfDoor(createReporter({ result: print, progress: print }));

/** Runs a door: what it throws is explained and makes the exit code 1. */
export const openDoor = async (door: () => Promise<void>): Promise<void> => {
  handOverIdentity(process.env);
  try {
    await door();
  } catch (error) {
    if (isOpsError(error)) reportOnError({ kind: 'error', error });
    else console.error(error);
    process.exitCode = 1;
  }
};

/** Node's `parseArgs`; throws OPTION_INVALID instead of its own errors. */
export const parseDoor = <Config extends ParseArgsConfig>(task: string, config: Config) => {
  try {
    return parseArgs(config);
  } catch (error) {
    const options = Object.keys(config.options ?? {}).map((name) => `--${name}`);
    throw optionInvalid({ task, problems: [error instanceof Error ? error.message : String(error)], options });
  }
};
