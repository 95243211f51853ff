import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';

/** This workspace. */
export const WORKSPACE = join(__dirname, '../../..');

/** Copies the workspace's files as they are now, committed or not, and makes them the first commit of a repository. */
export const checkOut = async (root: string): Promise<void> => {
  mkdirSync(root, { recursive: true });
  const { stdout } = await execa('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: WORKSPACE });
  const files = stdout.split('\0').filter((path) => path !== '' && existsSync(join(WORKSPACE, path)));
  await execa('xargs', ['-0', 'cp', '--parents', '-P', '-t', root], { cwd: WORKSPACE, input: files.join('\0') });
  await execa('git', ['init', '--quiet', '--initial-branch=main'], { cwd: root });
  await commitAll(root, 'checkout');
};

/** Commits everything that changed. */
export const commitAll = async (root: string, message: string): Promise<void> => {
  const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.com'];
  await execa('git', ['add', '--all'], { cwd: root });
  await execa('git', [...identity, 'commit', '--quiet', '--no-verify', '--message', message], { cwd: root });
};
