import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What the processes of one run tell each other, in files of this checkout; hosts know nothing of it. It lies where Nx
 * keeps its own data, which is out of git's and Nx's sight.
 */
const RUNS = join('.nx', 'workspace-data', 'polydev');

/** Finished runs are kept this long, for somebody who looks what happened; milliseconds. */
const KEPT_MS = 7 * 24 * 60 * 60 * 1000;

/** Folder of a run; it may not exist yet. */
export const runFolder = (workspaceRoot: string, run: string): string => join(workspaceRoot, RUNS, 'runs', run);

/** Folders of the runs whose name begins with Nx's id of a run. */
export const foldersOfRun = (workspaceRoot: string, id: string): readonly string[] =>
  listed(join(workspaceRoot, RUNS, 'runs'))
    .filter((name) => name.startsWith(`${id}-`))
    .map((name) => runFolder(workspaceRoot, name));

/** Folder of the plans that were shown. */
export const plansFolder = (workspaceRoot: string): string => join(workspaceRoot, RUNS, 'plans');

/** Folder of the heads of audit logs that this checkout has seen. */
export const auditFolder = (workspaceRoot: string): string => join(workspaceRoot, RUNS, 'audit');

/** Takes a deployment's id for this checkout; false when it is taken. */
export const claimId = (workspaceRoot: string, id: string): boolean =>
  createOnce(join(workspaceRoot, RUNS, 'ids'), id, '');

/** Writes a file whole, unless it is there already; returns whether it was written. Two at once: exactly one wins. */
export const createOnce = (folder: string, name: string, content: string): boolean => {
  mkdirSync(folder, { recursive: true });
  const draft = join(folder, `.${name}.${process.pid}`);
  writeFileSync(draft, content);
  try {
    linkSync(draft, join(folder, name));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    unlinkSync(draft);
  }
};

/** A file's JSON; undefined when it is not there. */
export const readJson = (folder: string, name: string): unknown => {
  try {
    return JSON.parse(readFileSync(join(folder, name), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

/** Names in a folder; none when it is not there. */
export const listed = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

/** Removes what runs left long before `now` (milliseconds). */
export const forgetOldRuns = (workspaceRoot: string, now: number): void => {
  for (const kind of ['runs', 'ids', 'plans']) {
    const folder = join(workspaceRoot, RUNS, kind);
    for (const path of listed(folder).map((name) => join(folder, name))) {
      const age = now - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now);
      if (age > KEPT_MS) rmSync(path, { recursive: true, force: true });
    }
  }
};
