/** One entry of an archive. Parents come before what is in them. */
export type ArchiveEntry =
  | { readonly path: string; readonly type: 'directory' }
  | { readonly path: string; readonly type: 'file'; readonly mode: number; readonly content: Buffer }
  | { readonly path: string; readonly type: 'symlink'; readonly to: string }
  | { readonly path: string; readonly type: 'device'; readonly major: number; readonly minor: number };

/** File types of stat(2). */
const TYPE = { directory: 0o040000, file: 0o100000, symlink: 0o120000, device: 0o020000 } as const;

/**
 * An initrd: an uncompressed cpio archive in the `newc` format (Linux: Documentation/driver-api/early-userspace/buffer-format.rst).
 * Written here and not by cpio, so that what comes out depends on the entries alone (no times, owners, inode numbers of a disk), and
 * device nodes need no root.
 */
export const newcArchive = (entries: readonly ArchiveEntry[]): Buffer =>
  Buffer.concat([
    ...entries.flatMap((entry, index) => record(entry, index + 1)),
    ...record({ path: 'TRAILER!!!', type: 'file', mode: 0, content: Buffer.alloc(0) }, 0),
  ]);

const record = (entry: ArchiveEntry, inode: number): Buffer[] => {
  const name = Buffer.from(`${entry.path}\0`);
  const content = contentOf(entry);
  const [major, minor] = entry.type === 'device' ? [entry.major, entry.minor] : [0, 0];
  const mode = inode === 0 ? 0 : TYPE[entry.type] | permissionsOf(entry);
  const fields = [inode, mode, 0, 0, entry.type === 'directory' ? 2 : 1, 0, content.length, 0, 0, major, minor];
  const header = `070701${[...fields, name.length, 0].map((field) => field.toString(16).padStart(8, '0')).join('')}`;
  return [...padded(Buffer.concat([Buffer.from(header), name])), ...padded(content)];
};

const contentOf = (entry: ArchiveEntry): Buffer => {
  switch (entry.type) {
    case 'file':
      return entry.content;
    case 'symlink':
      return Buffer.from(entry.to);
    case 'directory':
    case 'device':
      return Buffer.alloc(0);
  }
};

const permissionsOf = (entry: ArchiveEntry): number => {
  switch (entry.type) {
    case 'file':
      return entry.mode;
    case 'symlink':
      return 0o777;
    case 'directory':
      return 0o755;
    case 'device':
      return 0o600;
  }
};

/** Each header with its name, and each content, begins at a multiple of four. */
const padded = (bytes: Buffer): Buffer[] => [bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)];
