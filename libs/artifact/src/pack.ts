import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { PassThrough, type Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { pack as createPack, type Pack } from 'tar-stream';
import type { Artifact, ArtifactEntry, FileEntry } from './entry';

/** zlib level 3: most of what the default level saves, at about half its time. */
const GZIP_LEVEL = 3;

export interface ExtraFile {
  readonly path: string;
  readonly content: string;
}

/**
 * The given entries of an artifact, and files that only the release has, as one gzipped tar stream with normalised
 * owners, modes and times. A read error destroys the stream with that error.
 */
export const packEntries = (
  artifact: Artifact,
  entries: readonly ArtifactEntry[],
  extra: readonly ExtraFile[] = [],
): Readable => {
  const pack = createPack();
  const output = new PassThrough();
  pipeline(pack, createGzip({ level: GZIP_LEVEL }), output).catch((error: unknown) => output.destroy(error as Error));
  fill(pack, { directory: artifact.directory, entries, extra }).catch((error: unknown) => pack.destroy(error as Error));
  return output;
};

interface Contents {
  readonly directory: string;
  readonly entries: readonly ArtifactEntry[];
  readonly extra: readonly ExtraFile[];
}

const fill = async (pack: Pack, { directory, entries, extra }: Contents): Promise<void> => {
  for (const entry of entries) {
    if (entry.type === 'file') await packFile(pack, directory, entry);
    else if (entry.type === 'directory')
      await packHeader(pack, { name: `${entry.path}/`, type: 'directory', mode: 0o755 });
    else await packHeader(pack, { name: entry.path, type: 'symlink', linkname: entry.target, mode: 0o777 });
  }
  for (const file of extra) {
    await packHeader(pack, { name: file.path, type: 'file', mode: 0o644 }, file.content);
  }
  pack.finalize();
};

const FIXED = { uid: 0, gid: 0, mtime: new Date(0) } as const;

const packHeader = (pack: Pack, header: Parameters<Pack['entry']>[0], content = ''): Promise<void> =>
  new Promise((done, fail) => {
    pack.entry({ ...FIXED, ...header }, content, (error) => (error ? fail(error) : done()));
  });

const packFile = async (pack: Pack, directory: string, file: FileEntry): Promise<void> => {
  const mode = file.executable ? 0o755 : 0o644;
  const entry = pack.entry({ ...FIXED, name: file.path, size: file.size, mode, type: 'file' });
  await pipeline(createReadStream(join(directory, file.path)), entry);
};
