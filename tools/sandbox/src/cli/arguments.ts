import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { sandboxCommandUnknown } from '@polydev/errors';
import { DEFAULT_DIRECTORY } from '../layout';

/** A command line of the sandbox's program, understood. */
export interface CommandLine {
  readonly verb: 'start' | 'stop' | 'status' | 'logs';
  readonly directory: string;
  readonly freePorts: boolean;
  readonly json: boolean;
  readonly lines: number;
  /** For logs: the unit, else the sandbox's own log. */
  readonly unit: string | undefined;
}

const VERBS: readonly string[] = ['start', 'stop', 'status', 'logs'];

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        directory: { type: 'string' },
        'free-ports': { type: 'boolean' },
        json: { type: 'boolean' },
        lines: { type: 'string', short: 'n' },
      },
    });
  } catch (error) {
    throw sandboxCommandUnknown(`${(error as Error).message}.`);
  }
}

/** Understands the arguments. The folder is `--directory`, else that of this workspace. Throws SANDBOX_COMMAND_UNKNOWN. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parse(args);
  const [verb = '', unit, ...rest] = positionals;
  if (!VERBS.includes(verb))
    throw sandboxCommandUnknown(verb ? `The sandbox knows no "${verb}".` : 'No verb was given.');
  if (rest.length > 0 || (unit !== undefined && verb !== 'logs'))
    throw sandboxCommandUnknown(`"${verb}" takes no further words: ${positionals.slice(1).join(' ')}.`);
  const lines = Number(values.lines ?? 50);
  if (!Number.isInteger(lines) || lines < 1)
    throw sandboxCommandUnknown(`--lines ${values.lines} is no number of lines.`);
  return {
    verb: verb as CommandLine['verb'],
    directory: values.directory ? resolve(values.directory) : DEFAULT_DIRECTORY,
    freePorts: values['free-ports'] ?? false,
    json: values.json ?? false,
    lines,
    unit,
  };
}
