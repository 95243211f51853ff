import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Folder of the workspace in which approvals lie: committed, or put there by whoever was handed one. */
export const APPROVALS = 'deploy/approvals';

/** Where the approval of a target's next deploy lies, relative to the workspace; both names are a path's part by the manifest's rules. */
export const approvalFile = (environment: string, target: string): string =>
  `${APPROVALS}/${environment}.${target}.json`;

/** The text of an approval; undefined where there is none. */
export const readApproval = async (root: string, file: string): Promise<string | undefined> => {
  try {
    return await readFile(join(root, file), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

/** Writes an approval whole, in place of an earlier one. */
export const writeApproval = async (root: string, file: string, approval: unknown): Promise<void> => {
  const path = join(root, file);
  const draft = `${path}.${process.pid}.new`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(draft, `${JSON.stringify(approval, undefined, 2)}\n`);
  await rename(draft, path);
};
