import { renameSync, writeFileSync } from 'node:fs';

/** Replaces a file whole, so that a reader sees the old text or the new one and never half of it. */
export function replaceFile(path: string, text: string, mode = 0o644): void {
  const temporary = `${path}.${process.pid}.new`;
  writeFileSync(temporary, text, { mode });
  renameSync(temporary, path);
}
