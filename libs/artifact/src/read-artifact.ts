import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { artifactEmpty, artifactMissing, artifactUnsupported } from '@polydev/errors';
import fastGlob from 'fast-glob';
import type { Artifact, ArtifactEntry } from './entry';
import { digestOf, formatFileList, sortEntries } from './file-list';

/** Files read at the same time: enough to keep a disk busy, few enough for any limit on open files. */
const PARALLEL_READS = 16;

export interface ReadOptions {
  /** Globs that leave out part of the tree. */
  readonly exclude?: readonly string[];
  /** Just these paths (and the directories above them) instead of the whole tree. */
  readonly paths?: readonly string[];
  /** Names no artifact may use at its root, because a release keeps something of its own there. */
  readonly reserved?: readonly string[];
}

/**
 * Reads a tree and hashes each of its files. The same content gives the same digest wherever it lies, whoever owns it
 * and whenever it was written. Throws ARTIFACT_MISSING, ARTIFACT_EMPTY or ARTIFACT_UNSUPPORTED (which names every
 * entry that cannot be deployed).
 */
export const readArtifact = async (directory: string, options: ReadOptions = {}): Promise<Artifact> => {
  const root = resolve(directory);
  const stats = await lstat(root).catch(() => undefined);
  if (!stats?.isDirectory()) throw artifactMissing({ directory });

  const paths = options.paths ? withParents(options.paths) : await listTree(root, options.exclude ?? []);
  const found = await mapLimited(paths, (path) => readEntry(root, path));
  const bad = [...found.filter((entry) => typeof entry === 'string'), ...reservedNames(paths, options.reserved ?? [])];
  if (bad.length > 0) throw artifactUnsupported({ directory, reasons: bad });

  const entries = sortEntries(found.filter((entry) => typeof entry !== 'string'));
  if (!entries.some((entry) => entry.type !== 'directory')) throw artifactEmpty({ directory });
  const list = formatFileList(entries);
  return { directory: root, entries, list, digest: digestOf(list) };
};

/** Every path below the root, without following symlinks, less what the globs choose. */
const listTree = async (root: string, exclude: readonly string[]): Promise<string[]> => {
  // fast-glob cannot list the whole tree: it leaves out names with a newline.
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries.map((entry) => relative(root, join(entry.parentPath, entry.name)));
  if (exclude.length === 0) return paths;
  const left = await fastGlob([...exclude], { cwd: root, dot: true, onlyFiles: false, followSymbolicLinks: false });
  const leftOut = new Set(left);
  return paths.filter((path) => !withParents([path]).some((part) => leftOut.has(part)));
};

const withParents = (paths: readonly string[]): string[] => {
  const all = new Set<string>();
  for (const path of paths) {
    const parts = path.split('/');
    parts.forEach((_, index) => all.add(parts.slice(0, index + 1).join('/')));
  }
  return [...all];
};

/** The entry, or a sentence on why this thing cannot be deployed. */
const readEntry = async (root: string, path: string): Promise<ArtifactEntry | string> => {
  // U+FFFD is what Node puts where a name is not UTF-8: such a name could not be opened or sent.
  if (path.includes('\uFFFD')) return `${JSON.stringify(path)}: its name is not valid UTF-8`;
  const absolute = join(root, path);
  const stats = await lstat(absolute);
  if (stats.isDirectory()) return { type: 'directory', path };
  if (stats.isSymbolicLink()) return { type: 'link', path, target: await readlink(absolute) };
  if (!stats.isFile()) return `${JSON.stringify(path)}: it is neither a file, a directory nor a symlink`;
  const hash = createHash('sha256');
  await pipeline(createReadStream(absolute), hash);
  return { type: 'file', path, executable: (stats.mode & 0o100) !== 0, size: stats.size, sha256: hash.digest('hex') };
};

const reservedNames = (paths: readonly string[], reserved: readonly string[]): string[] =>
  paths
    .filter((path) => reserved.includes(path))
    .map((path) => `${JSON.stringify(path)}: releases keep their own there`);

const mapLimited = async <T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> => {
  const results: R[] = new Array<R>(items.length);
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: PARALLEL_READS }, worker));
  return results;
};
