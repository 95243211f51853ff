/** One thing in an artifact's tree. Modes are normalised to "executable or not", so that a umask never changes a digest. */
export type ArtifactEntry = FileEntry | LinkEntry | DirectoryEntry;

export interface FileEntry {
  readonly type: 'file';
  /** Relative to the artifact's root, with forward slashes. */
  readonly path: string;
  readonly executable: boolean;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
}

export interface LinkEntry {
  readonly type: 'link';
  readonly path: string;
  /** Where the symlink points, word for word. */
  readonly target: string;
}

export interface DirectoryEntry {
  readonly type: 'directory';
  readonly path: string;
}

/** A target's built output with what makes it comparable: its file list and the hash of that list. */
export interface Artifact {
  /** Absolute path of the tree on this machine. */
  readonly directory: string;
  /** Sorted by the bytes of their paths. */
  readonly entries: readonly ArtifactEntry[];
  /** The file list as text (see `formatFileList`). */
  readonly list: string;
  /** SHA-256 of `list`, in hex. */
  readonly digest: string;
}
