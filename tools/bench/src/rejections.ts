import { SAMPLE_AGENTS } from '@polydev/golden-image/testing';
import type { Ended, Program } from './program';
import type { Measured } from './table';
import { timed, times } from './timed';

/** What is wrong with an agent, and the verdict on it. */
const BAD = [
  ['ends at once', SAMPLE_AGENTS.crashing, 'agent-exited'],
  ['has a syntax error', SAMPLE_AGENTS.misspelt, 'agent-exited'],
  ['is of another version', SAMPLE_AGENTS.outdated, 'wrong-version'],
  ['answers nothing', SAMPLE_AGENTS.hanging, 'hung'],
  ['is starting for ever', SAMPLE_AGENTS.starting, 'never-ready'],
] as const;

/** Measures how long it takes until an agent that is no good is refused. Throws where one is not, or for another reason. */
export const rejections = async (program: Program, count: number): Promise<readonly Measured[]> => {
  const rows: Measured[] = [];
  for (const [what, text, verdict] of BAD) {
    const runs = await times(count, () =>
      timed(async () => requireRefusal(await program.buildBad(`${text}\n`), verdict)),
    );
    rows.push({ name: `refused: an agent that ${what}`, runs });
  }
  return rows;
};

const requireRefusal = ({ code, message = '' }: Ended, verdict: string): void => {
  if (code !== 'IMAGE_REJECTED' || !message.includes(`was rejected (${verdict})`))
    throw new Error(
      `The image was to be rejected as ${verdict}, and the program said: ${code ?? 'nothing'} ${message}`,
    );
};
