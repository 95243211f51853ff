import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RELEASE_FILE, type ReleaseInfo } from '@polydev/contract';

/** Folders looked into: the program's own and three above it; a monorepo's output nests its entry that deep. */
const FOLDERS_SEARCHED = 4;

/**
 * Returns what the release knows of itself that the running program belongs to, or undefined when the program does
 * not run from a release or the file cannot be read: a program must start without knowing its name.
 *
 * Call it once, at start: a service learns of its next release by being restarted, not by a swapped symlink.
 */
export function readReleaseInfo(startDirectory = programDirectory()): ReleaseInfo | undefined {
  let directory = realpathSync(startDirectory);
  for (let folder = 0; folder < FOLDERS_SEARCHED; folder++) {
    const text = readIfThere(join(directory, RELEASE_FILE));
    if (text !== undefined) return parse(text);
    directory = dirname(directory);
  }
  return undefined;
}

/** The folder of the program's file, symlinks resolved. */
function programDirectory(): string {
  const program = process.argv[1];
  return program === undefined ? process.cwd() : dirname(realpathSync(program));
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function parse(text: string): ReleaseInfo | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isReleaseInfo(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** By hand and not by the contract's schema, which would bring ten times the agent's own size into its bundle. */
const FIELDS = ['target', 'environment', 'release', 'sha', 'digest'] as const satisfies readonly (keyof ReleaseInfo)[];

const isReleaseInfo = (value: unknown): value is ReleaseInfo =>
  typeof value === 'object' &&
  value !== null &&
  FIELDS.every((field) => typeof (value as Record<string, unknown>)[field] === 'string') &&
  isVersions((value as Record<string, unknown>)['migrations'] ?? {});

const isVersions = (value: unknown): boolean =>
  typeof value === 'object' && Object.values(value ?? {}).every((version) => typeof version === 'string');
