import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { sandboxCommandUnknown } from '@polydev/errors';
import { DEFAULT_DIRECTORY } from '../layout';

/** A command line of the sandbox's program, understood. */
export interface CommandLine {
  readonly verb: 'start' | 'stop' | 'status' | 'logs' | 'real';
  readonly directory: string;
  /** For real hosts, which otherwise have a folder of their own. */
  readonly directoryGiven: boolean;
  /** How many real hosts. */
  readonly hosts: number;
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
        hosts: { type: 'string' },
        real: { type: 'boolean' },
        json: { type: 'boolean' },
        lines: { type: 'string', short: 'n' },
      },
    });
  } catch (error) {
    throw sandboxCommandUnknown(`${(error as Error).message}.`);
  }
}

function count(option: string, text: string | undefined, fallback: number): number {
  const value = Number(text ?? fallback);
  if (!Number.isInteger(value) || value < 1)
    throw sandboxCommandUnknown(`--${option} ${text} is no number of ${option}.`);
  return value;
}

function verbOf(positionals: readonly string[], isReal: boolean): CommandLine['verb'] {
  const [verb, unit, ...rest] = isReal ? ['real', ...positionals] : positionals;
  if (verb === undefined) throw sandboxCommandUnknown('No verb was given.');
  if (!isReal && !VERBS.includes(verb)) throw sandboxCommandUnknown(`The sandbox knows no "${verb}".`);
  if (rest.length > 0 || (unit !== undefined && verb !== 'logs'))
    throw sandboxCommandUnknown(`"${isReal ? '--real' : verb}" takes no further words: ${[unit, ...rest].join(' ')}.`);
  return verb as CommandLine['verb'];
}

/** Understands the arguments. The folder is `--directory`, else that of this workspace. Throws SANDBOX_COMMAND_UNKNOWN. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parse(args);
  const verb = verbOf(positionals, values.real ?? false);
  if (values.hosts !== undefined && verb !== 'real') throw sandboxCommandUnknown('--hosts is for --real alone.');
  return {
    verb,
    hosts: count('hosts', values.hosts, 1),
    directoryGiven: Boolean(values.directory),
    directory: values.directory ? resolve(values.directory) : DEFAULT_DIRECTORY,
    freePorts: values['free-ports'] ?? false,
    json: values.json ?? false,
    lines: count('lines', values.lines, 50),
    unit: positionals[1],
  };
}
