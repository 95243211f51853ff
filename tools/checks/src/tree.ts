import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readLines } from './run-command';

/** Files of the workspace that git keeps or would keep, by name relative to the root, sorted. */
export const treeFiles = async (root: string): Promise<readonly string[]> => {
  const files = await readLines(root, ['git', '-c', 'core.quotePath=false', 'ls-files', '-co', '--exclude-standard']);
  return [...new Set(files)].filter((file) => statSync(join(root, file), { throwIfNoEntry: false })?.isFile()).sort();
};

/** The file's text, or undefined where it is not text. */
export const readText = (root: string, file: string): string | undefined => {
  const bytes = readFileSync(join(root, file));
  return bytes.includes(0) ? undefined : bytes.toString('utf8');
};
