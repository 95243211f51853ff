import { createHash } from 'node:crypto';
import type { ArtifactEntry } from './entry';

/**
 * The file list is an mtree(5) specification, the BSDs' format for describing a tree: a person can read it with `cat`,
 * and `sha256sum` of the file is the artifact's digest.
 */
const HEADER = '#mtree';

/** The list of entries as mtree text, one line an entry, sorted by path bytes. */
export const formatFileList = (entries: readonly ArtifactEntry[]): string =>
  [HEADER, ...sortEntries(entries).map(formatEntry), ''].join('\n');

/** The entries of a list written by {@link formatFileList}; throws on a line of another shape. */
export const parseFileList = (text: string): ArtifactEntry[] => {
  const lines = text.split('\n');
  if (lines[0] !== HEADER) throw new Error('A file list begins with "#mtree".');
  return lines.slice(1).filter(Boolean).map(parseEntry);
};

/** SHA-256 of a file list, in hex: the artifact's digest. */
export const digestOf = (list: string): string => createHash('sha256').update(list).digest('hex');

/** Entries in the order of a file list: by the bytes of their paths. A position in one is a position in the other. */
export const sortEntries = (entries: readonly ArtifactEntry[]): ArtifactEntry[] => [...entries].sort(byPathBytes);

const byPathBytes = (a: ArtifactEntry, b: ArtifactEntry): number =>
  Buffer.compare(Buffer.from(a.path), Buffer.from(b.path));

const formatEntry = (entry: ArtifactEntry): string => {
  const path = `./${escape(entry.path)}`;
  switch (entry.type) {
    case 'file':
      return `${path} type=file mode=${entry.executable ? '0755' : '0644'} size=${entry.size} sha256=${entry.sha256}`;
    case 'link':
      return `${path} type=link link=${escape(entry.target)}`;
    case 'directory':
      return `${path} type=dir mode=0755`;
  }
};

const parseEntry = (line: string): ArtifactEntry => {
  const [name = '', ...words] = line.split(' ');
  const keys = new Map(words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]));
  const path = unescape(name.slice(2));
  switch (keys.get('type') ?? '') {
    case 'file':
      return {
        type: 'file',
        path,
        executable: keys.get('mode') === '0755',
        size: Number(keys.get('size')),
        sha256: keys.get('sha256') ?? '',
      };
    case 'link':
      return { type: 'link', path, target: unescape(keys.get('link') ?? '') };
    case 'dir':
      return { type: 'directory', path };
    default:
      throw new Error(`Not a line of a file list: ${line}`);
  }
};

/** vis(3)'s octal form, as mtree(5) asks for: everything but plain visible ASCII, and the characters mtree gives a meaning. */
const escape = (text: string): string =>
  [...Buffer.from(text)]
    .map((byte) =>
      byte > 32 && byte < 127 && !'\\#*?['.includes(String.fromCharCode(byte))
        ? String.fromCharCode(byte)
        : `\\${byte.toString(8).padStart(3, '0')}`,
    )
    .join('');

const unescape = (text: string): string =>
  Buffer.from(
    text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8))),
    'latin1',
  ).toString('utf8');
