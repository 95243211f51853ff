import { execa } from 'execa';

/**
 * Paths of the source files below a directory: what git tracks or would track, so that installed packages and build
 * output stay at home. Undefined where the directory is not in a git work tree.
 */
export const listSources = async (directory: string): Promise<string[] | undefined> => {
  const result = await execa('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: directory,
    reject: false,
    stripFinalNewline: false,
  });
  if (result.exitCode !== 0) return undefined;
  const paths = new Set(result.stdout.split('\0').filter(Boolean));
  const deleted = await execa('git', ['ls-files', '--deleted', '-z'], { cwd: directory, stripFinalNewline: false });
  for (const path of deleted.stdout.split('\0')) paths.delete(path);
  return [...paths];
};
