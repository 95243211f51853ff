/** What one of the sandbox's own programs prints and how it exits. */
export interface Reply {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const ended = (text: string) => (text === '' || text.endsWith('\n') ? text : `${text}\n`);

/** Prints to standard output; exit code 0 unless another is given. */
export const say = (stdout: string, exitCode = 0): Reply => ({ exitCode, stdout: ended(stdout), stderr: '' });

/** Prints to standard error. */
export const complain = (stderr: string, exitCode: number): Reply => ({ exitCode, stdout: '', stderr: ended(stderr) });

/** Several replies as one: what they print in order; the first exit code that is not 0. */
export const joined = (replies: readonly Reply[]): Reply => ({
  exitCode: replies.find((reply) => reply.exitCode !== 0)?.exitCode ?? 0,
  stdout: replies.map((reply) => reply.stdout).join(''),
  stderr: replies.map((reply) => reply.stderr).join(''),
});
