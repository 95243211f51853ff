import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isOpsError } from '@polydev/errors';
import { hasWord, wholeLines } from '../drivers/console-text';
import type { Vm } from '../drivers/driver';
import { vmClock } from '../drivers/vm-clock';
import { GUEST_SAYS } from '../guest-contract';
import { whileAsking, type Answers } from './ask-often';
import { judge, type Expected, type Judgement, type Sight } from './judge';
import type { BootLimits } from './limits';
import { clockOf, readProbeLine, type Clock, type ProbeLine } from './probe-line';

const POLL_MS = 20;

export interface Follow {
  readonly expected: Expected;
  readonly limits: BootLimits;
  readonly signal: AbortSignal;
}

/** Follows a VM from its start until its guest waits to be woken: returns undefined then, else why it never will. */
export const followToWaiting = async (vm: Vm, { expected, limits, signal }: Follow): Promise<Judgement | undefined> => {
  let clock = await vmClock(vm.pid);
  let phase: 'init' | 'waiting' = 'init';
  for (;;) {
    signal.throwIfAborted();
    const sight = await look(vm);
    if (phase === 'init' && hasWord(sight.console, GUEST_SAYS.init)) {
      phase = 'waiting';
      clock = await vmClock(vm.pid);
    }
    if (hasWord(sight.console, GUEST_SAYS.waiting)) return undefined;
    const over = await clock.passed(phase === 'init' ? limits.initMs : limits.waitingMs);
    const judgement = judge({ ...sight, overdue: over ? phase : undefined }, expected);
    if (judgement) return judgement;
    await sleep(POLL_MS);
  }
};

const look = async (vm: Vm): Promise<Omit<Sight, 'overdue'>> => {
  const running = vm.running();
  const text = await vm.console();
  return { running, console: running ? wholeLines(text) : text, answer: undefined };
};

/** How a woken guest went on. */
export interface Woken {
  readonly judgement: Judgement;
  /** `performance.now()` of the answer that the judgement is about, or of the judgement. */
  readonly at: number;
  readonly probe?: ProbeLine;
  readonly clock?: Clock;
}

/** Wakes a guest and follows it until its agent is ready, or why it never will be. */
export const followToReady = async (vm: Vm, follow: Follow): Promise<Woken> => {
  const told = Date.now();
  try {
    const seed = randomBytes(32).toString('hex');
    const { image, network } = vm.spec;
    await vm.wake({ seed, network, image: image.id, probe: true });
  } catch (error) {
    follow.signal.throwIfAborted();
    return { judgement: await judgementOf(error, vm, follow.expected), at: performance.now() };
  }
  return whileAsking(vm, (answers) => untilJudged(vm, answers, { ...follow, told }));
};

const untilJudged = async (
  vm: Vm,
  answers: Answers,
  { expected, limits, signal, told }: Follow & { readonly told: number },
): Promise<Woken> => {
  const clock = await vmClock(vm.pid);
  let probe: Pick<Woken, 'probe' | 'clock'> = {};
  for (let notBefore = Date.now(); ; await sleep(POLL_MS)) {
    signal.throwIfAborted();
    const before = Date.now();
    const sight = await look(vm);
    const line = probe.probe ? undefined : readProbeLine(sight.console);
    if (line) probe = { probe: line, clock: clockOf(line, { notBefore, at: Date.now(), told }) };
    notBefore = before;
    const answer = answers.last();
    const overdue = (await clock.passed(limits.readyMs)) ? 'ready' : undefined;
    const judgement = judge({ ...sight, answer: answer?.reply, overdue }, expected);
    if (judgement) return { judgement, at: answer?.at ?? performance.now(), ...probe };
  }
};

/** What a driver's error says of an image: nothing, unless the guest has spoken. Errors of other kinds are thrown on. */
export const judgementOf = async (error: unknown, vm: Vm | undefined, expected: Expected): Promise<Judgement> => {
  if (!isOpsError(error) || !FAULTS.has(error.code)) throw error;
  const console = (await vm?.console()) ?? '';
  const spoken = judge({ console, running: true, answer: undefined, overdue: undefined }, expected);
  return spoken ?? { verdict: 'infrastructure', detail: error.message };
};

/** Errors that a VM ends in and the machine or its VMM is to blame for. */
const FAULTS: ReadonlySet<string> = new Set(['VMM_FAILED', 'SNAPSHOT_UNUSABLE', 'FIRECRACKER_REFUSED']);
