import { execa } from 'execa';
import { imageDiskFull, layerBuildFailed } from '@polydev/errors';

const LAST_LINES = 15;
const DISK_IS_FULL = /No space left on device|Disk quota exceeded/;

export interface Program {
  /** For the error: `building the base layer`. */
  readonly doing: string;
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a program without a shell; returns what it printed. Throws IMAGE_DISK_FULL where it found no space, else
 * LAYER_BUILD_FAILED with the end of its output.
 */
export const runProgram = async ({ doing, argv: [file, ...args], cwd, signal }: Program): Promise<string> => {
  const result = await execa(file, args, {
    cwd,
    reject: false,
    stdin: 'ignore',
    // What is printed is read by us, and the mode of new files does not depend on who builds.
    env: { LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
    ...(signal && { cancelSignal: signal }),
  });
  signal?.throwIfAborted();
  if (!result.failed) return result.stdout;
  const output = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-LAST_LINES).join('\n');
  if (DISK_IS_FULL.test(output)) throw imageDiskFull({ directory: cwd, doing });
  throw layerBuildFailed({ doing, command: result.escapedCommand, output: output || (result.shortMessage ?? '') });
};

/** Does what writes to the disk below `directory`; a disk that becomes full is told as IMAGE_DISK_FULL. */
export const tellingFullDisk = async <T>(
  facts: { readonly directory: string; readonly doing: string },
  work: () => Promise<T>,
): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') throw imageDiskFull({ ...facts, cause: error });
    throw error;
  }
};
