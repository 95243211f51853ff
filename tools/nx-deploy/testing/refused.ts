import type { Answer } from './workspace';

export interface Refusal {
  readonly code: string;
  /** Part of the hint. */
  readonly hint: string;
  /** What must not change. */
  readonly disk: () => string;
}

/** Runs something that has to be refused: not good, with its code and hint, without a stack, and nothing changed. */
export const refused = async ({ code, hint, disk }: Refusal, task: () => Promise<Answer>): Promise<Answer> => {
  const before = disk();
  const answer = await task();
  expect(answer.all).toContain(`[${code}]`);
  expect(answer.all.replaceAll(/\s+/g, ' ')).toContain(hint);
  expect(answer.all).not.toMatch(/^ +at .+:\d+:\d+\)?$/m);
  // Nx ends with 130 where the task that others wait for has failed.
  expect([1, 130]).toContain(answer.exitCode);
  expect(disk()).toBe(before);
  return answer;
};
