import { basename, isAbsolute } from 'node:path';

/** A unit file of the sandbox: `units/<name>.json`. */
export interface UnitDefinition {
  readonly description: string;
  /** Found through PATH; no shell. */
  readonly command: readonly [string, ...string[]];
  /** Absolute; resolved at each start, so that a symlink swapped meanwhile takes effect. */
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Absolute; more variables, read at each start and never kept, like systemd's `EnvironmentFile=-`. Empty = none. */
  readonly environmentFile: string;
  /** Whether it starts together with the sandbox. */
  readonly enabled: boolean;
  /** When it is started again after it ended by itself: systemd's Restart. A stop that was asked for is not undone. */
  readonly restart: 'on-failure' | 'always';
  /** What asks it to end: systemd's KillSignal. */
  readonly stopSignal: 'SIGTERM' | 'SIGINT';
  /** Milliseconds between that and SIGKILL when it is stopped. */
  readonly stopTimeoutMs: number;
}

/** What a unit file need not say. */
export const UNIT_DEFAULTS = {
  description: '',
  environment: {},
  environmentFile: '',
  enabled: true,
  restart: 'on-failure',
  stopSignal: 'SIGTERM',
  stopTimeoutMs: 5_000,
} as const;
const KNOWN: readonly string[] = ['command', 'workingDirectory', ...Object.keys(UNIT_DEFAULTS)];

/** A definition under its name and with the file it came from. */
export interface NamedUnit extends UnitDefinition {
  readonly name: string;
  readonly file: string;
}

/** The unit that a file's text defines, or what is wrong with it, a sentence each. */
export type ParsedUnit =
  | { readonly kind: 'unit'; readonly unit: NamedUnit }
  | { readonly kind: 'problems'; readonly file: string; readonly problems: readonly string[] };

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');
const isTextMap = (value: unknown): value is Record<string, string> =>
  typeof value === 'object' && value !== null && isTexts(Object.values(value));

function problemsOf(given: Readonly<Record<string, unknown>>): string[] {
  const whole: Readonly<Record<string, unknown>> = { ...UNIT_DEFAULTS, ...given };
  const { description, command, workingDirectory, environment, environmentFile } = whole;
  const { enabled, restart, stopSignal, stopTimeoutMs } = whole;
  return [
    ...Object.keys(given).flatMap((key) =>
      KNOWN.includes(key) ? [] : [`${key}: unknown key (known: ${KNOWN.join(', ')})`],
    ),
    typeof description === 'string' ? '' : 'description: should be a text',
    isTexts(command) && command.length > 0 ? '' : 'command: should be a list of texts, the program first',
    typeof workingDirectory === 'string' && isAbsolute(workingDirectory)
      ? ''
      : 'workingDirectory: should be an absolute path',
    isTextMap(environment) ? '' : 'environment: should map names to texts',
    environmentFile === '' || (typeof environmentFile === 'string' && isAbsolute(environmentFile))
      ? ''
      : 'environmentFile: should be an absolute path',
    typeof enabled === 'boolean' ? '' : 'enabled: should be true or false',
    restart === 'on-failure' || restart === 'always' ? '' : 'restart: should be on-failure or always',
    stopSignal === 'SIGTERM' || stopSignal === 'SIGINT' ? '' : 'stopSignal: should be SIGTERM or SIGINT',
    typeof stopTimeoutMs === 'number' && stopTimeoutMs >= 0 ? '' : 'stopTimeoutMs: should be a number of milliseconds',
  ].filter(Boolean);
}

function jsonOf(text: string): Readonly<Record<string, unknown>> | string {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : 'should be a JSON object';
  } catch (error) {
    return `is not JSON (${(error as Error).message})`;
  }
}

/** Reads the text of a unit file; its name is the unit's. */
export function parseUnit(file: string, text: string): ParsedUnit {
  const given = jsonOf(text);
  const problems = typeof given === 'string' ? [given] : problemsOf(given);
  if (typeof given === 'string' || problems.length > 0) return { kind: 'problems', file, problems };
  const definition = { ...UNIT_DEFAULTS, ...given } as unknown as UnitDefinition;
  return { kind: 'unit', unit: { ...definition, name: basename(file, '.json'), file } };
}
