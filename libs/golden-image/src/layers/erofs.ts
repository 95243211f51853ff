import { runProgram } from './run-program';

export interface ErofsRequest {
  readonly program: string;
  /** Folder that becomes the root of the file system. */
  readonly from: string;
  readonly to: string;
  /** Decides the file system's UUID: the same inputs give the same one. SHA-256 as hex. */
  readonly key: string;
  readonly doing: string;
  readonly signal?: AbortSignal | undefined;
}

/** One time for all, owned by root, no extended attributes, no compression (which costs ten times the building for half the size). */
export const EROFS_OPTIONS = ['-d1', '-x-1', '-T0', '--all-root'] as const;

/** Writes a read-only file system, bit for bit the same for the same files and key. */
export const writeErofs = async ({ program, from, to, key, doing, signal }: ErofsRequest): Promise<void> => {
  const uuid = key.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
  const argv = [program, ...EROFS_OPTIONS, '-U', uuid, to, from] as const;
  await runProgram({ doing, argv, cwd: from, signal });
};
