import type { Verdict } from '@polydev/contract';
import { printableName } from '@polydev/errors';
import { hasWord } from '../drivers/console-text';
import { GUEST_SAYS } from '../guest-contract';
import type { HealthReply } from '../drivers/ask-health';

/** What an agent has to answer to be the one that is meant. */
export interface Expected {
  readonly image: string;
  readonly digest: string;
}

/** What can be seen of a guest at one moment. */
export interface Sight {
  readonly console: string;
  /** Looked at before the console was read. */
  readonly running: boolean;
  /** The last answer to a question about its health, and undefined where there was none. */
  readonly answer: HealthReply | undefined;
  /** Which limit has passed, if one has. */
  readonly overdue: Phase | undefined;
}

/** How far a guest is: `init` until its init runs, `waiting` until it waits to be woken, `wake` until its agent starts, then `ready`. */
export type Phase = 'init' | 'waiting' | 'wake' | 'ready';

export interface Judgement {
  readonly verdict: Exclude<Verdict, 'clones-not-unique'>;
  /** What was seen, as a sentence without its full stop. */
  readonly detail: string;
}

/** Returns the verdict on what was seen so far, or undefined as long as there is none. The guest's own last words come first. */
export const judge = (sight: Sight, expected: Expected): Judgement | undefined =>
  judgeWords(sight.console) ?? judgeAnswer(sight.answer, expected) ?? judgeEnd(sight) ?? judgeDelay(sight);

const judgeWords = (console: string): Judgement | undefined => {
  const exit = new RegExp(`^${GUEST_SAYS.agentExit} rc=(-?\\d+)`, 'm').exec(console);
  if (exit) return { verdict: 'agent-exited', detail: `the agent ended by itself, with exit code ${exit[1] ?? ''}` };
  if (hasWord(console, GUEST_SAYS.baseMountFailed))
    return { verdict: 'mount-failed', detail: 'the guest could not mount its base layer' };
  if (hasWord(console, GUEST_SAYS.agentMountFailed))
    return { verdict: 'mount-failed', detail: 'the guest could not mount its agent layer' };
  // As the kernel prints it, with or without its time: an agent may talk of panics too.
  const panic = new RegExp(`^(?:\\[ *[\\d.]+\\] )?${GUEST_SAYS.kernelPanic} - (.*)$`, 'm').exec(console);
  return panic ? { verdict: 'kernel-panic', detail: `the guest's kernel panicked: ${panic[1] ?? ''}` } : undefined;
};

const judgeAnswer = (answer: HealthReply | undefined, expected: Expected): Judgement | undefined => {
  if (answer?.status !== 200 || statusOf(answer) !== 'ready') return undefined;
  const wrong = (['image', 'digest'] as const).filter((name) => fieldOf(answer, name) !== expected[name]);
  if (wrong.length === 0) return { verdict: 'ready', detail: 'the agent is ready and is the one that was expected' };
  const parts = wrong.map((name) => `${name} ${shown(fieldOf(answer, name))} instead of ${expected[name]}`);
  return { verdict: 'wrong-version', detail: `another agent is ready: it answers ${parts.join(' and ')}` };
};

const judgeEnd = ({ running }: Sight): Judgement | undefined =>
  running ? undefined : { verdict: 'infrastructure', detail: 'the VM ended, and its guest had not said why' };

const judgeDelay = ({ overdue, answer }: Sight): Judgement | undefined => {
  switch (overdue) {
    case undefined:
      return undefined;
    case 'init':
      return { verdict: 'infrastructure', detail: 'the guest has not begun in time' };
    case 'waiting':
      return { verdict: 'infrastructure', detail: 'the guest began, and has not booted in time' };
    case 'wake':
      return { verdict: 'infrastructure', detail: 'the guest was woken, and has not started its agent' };
    case 'ready':
      return answer
        ? { verdict: 'never-ready', detail: `the agent's last answer in the time it had was ${summary(answer)}` }
        : { verdict: 'hung', detail: 'the agent runs, and answered nothing in the time it had' };
  }
};

const fieldOf = ({ body }: HealthReply, name: string): unknown =>
  typeof body === 'object' && body !== null && name in body ? (body as Record<string, unknown>)[name] : undefined;

const statusOf = (answer: HealthReply): unknown => fieldOf(answer, 'status');

const summary = (answer: HealthReply): string => {
  const status = statusOf(answer);
  return `HTTP ${answer.status}${status === undefined ? '' : ` with the status ${shown(status)}`}`;
};

const SHOWN = 200;

/** What an agent answered, on one line and without what could drive a terminal. */
const shown = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  return typeof value === 'string'
    ? `"${printableName(value.slice(0, SHOWN))}"`
    : printableName(JSON.stringify(value).slice(0, SHOWN));
};
