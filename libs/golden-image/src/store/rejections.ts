import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Verdict } from '@polydev/contract';
import type { ImagesLayout } from '../layout';
import { replaceFile } from './durable';

/** What is kept of an image that a boot refused, for people to read. */
export interface Rejection {
  readonly id: string;
  readonly verdict: Verdict;
  readonly detail: string;
  readonly sha: string;
  readonly digest: string;
  readonly release: string;
  readonly at: string;
  readonly driver: string;
  readonly accelerator: string;
  readonly machine: string;
  /** Last lines of the guest's console. */
  readonly console: readonly string[];
}

/** More are of no use to anybody. */
const KEPT = 10;

/** Keeps why an image was refused, and the newest nine of others. Returns the file's path. */
export const recordRejection = async (layout: ImagesLayout, rejection: Rejection): Promise<string> => {
  await mkdir(layout.rejections, { recursive: true });
  const path = layout.rejection(rejection.id);
  await replaceFile(layout, path, `${JSON.stringify(rejection, undefined, 2)}\n`);
  for (const old of (await newestFirst(layout.rejections)).slice(KEPT)) await rm(old, { force: true });
  return path;
};

const newestFirst = async (directory: string): Promise<readonly string[]> => {
  const paths = (await readdir(directory)).map((name) => join(directory, name));
  const dated = await Promise.all(paths.map(async (path) => ({ path, at: (await stat(path)).mtimeMs })));
  return dated.sort((a, b) => b.at - a.at).map(({ path }) => path);
};
