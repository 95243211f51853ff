import { execFileSync } from 'node:child_process';

export interface GitOptions {
  /** Sent to git's standard input. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Lists of every file of a large repository still fit. */
const MAX_OUTPUT_BYTES = 512 * 1024 * 1024;

/** Runs git in a directory and returns what it printed, without the last line break; throws when it fails. */
export const git = (directory: string, args: readonly string[], options: GitOptions = {}): string =>
  execFileSync('git', args, {
    cwd: directory,
    encoding: 'utf8',
    maxBuffer: MAX_OUTPUT_BYTES,
    stdio: 'pipe',
    windowsHide: true,
    ...(options.input === undefined ? {} : { input: options.input }),
    env: { ...process.env, ...options.env },
  }).replace(/\r?\n$/, '');

/** What git printed, or undefined when it failed: for questions whose answer may be no. */
export const tryGit = (directory: string, args: readonly string[], options: GitOptions = {}): string | undefined => {
  try {
    return git(directory, args, options);
  } catch {
    return undefined;
  }
};

/** The pieces of an answer that git was asked to end with NUL each (`-z`). */
export const splitNul = (output: string): readonly string[] => output.split('\0').filter((piece) => piece !== '');
