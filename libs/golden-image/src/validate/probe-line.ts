import { GUEST_SAYS } from '../guest-contract';

/** What an agent's own process sees: randomness, and the time. */
export interface ProbeLine {
  readonly random: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The first line of its kind after the agent's start: it is printed before the agent's own code runs. */
export const readProbeLine = (console: string): ProbeLine | undefined => {
  const start = console.indexOf(GUEST_SAYS.agentStart);
  if (start === -1) return undefined;
  const line = new RegExp(`^${GUEST_SAYS.probe} random=([0-9a-f]{64}) now=(\\d+)$`, 'm').exec(console.slice(start));
  return line?.[1] !== undefined && line[2] !== undefined ? { random: line[1], now: Number(line[2]) } : undefined;
};

/** A guest's clock beside the host's. */
export interface Clock {
  /** Milliseconds between the two; what the host did not know because it was not looking counts for the guest. */
  readonly skewMs: number;
  /** Whether a busy machine may be the cause: the guest shows a time between when it was told the time and when it was looked at. */
  readonly late: boolean;
}

/** Host's time before which the line was not there, at which it was, and at which the guest was told the time. */
export interface Seen {
  readonly notBefore: number;
  readonly at: number;
  readonly told: number;
}

export const clockOf = ({ now }: ProbeLine, { notBefore, at, told }: Seen): Clock => ({
  skewMs: now < notBefore ? notBefore - now : Math.max(0, now - at),
  late: told <= now && now <= at,
});
