import type { Verdict } from '@polydev/contract';
import type { Clock, ProbeLine } from './probe-line';

/** What there is to compare of a guest whose agent is ready. */
export interface GuestFacts {
  /** `the booted VM`, `a clone`. */
  readonly name: string;
  readonly probe?: ProbeLine;
  readonly clock?: Clock;
  readonly console: readonly string[];
}

/** More than this and tokens of other machines are refused as not yet valid or no longer. */
const SKEW_MS = 1_000;

interface Difference {
  readonly verdict: Extract<Verdict, 'clones-not-unique' | 'infrastructure'>;
  readonly detail: string;
  readonly console: readonly string[];
}

/** Why clones of an image are not VMs of their own with the right time, or undefined where they are. */
export const compareGuests = (booted: GuestFacts, clones: readonly GuestFacts[]): Difference | undefined => {
  const silent = clones.find(({ probe }) => probe === undefined);
  if (silent) return difference(silent, `${silent.name} did not show what randomness and time its agent gets`);
  const all = [booted, ...clones];
  for (const guest of all) {
    const wrong = clockDifference(guest);
    if (wrong) return wrong;
  }
  for (const [index, guest] of all.entries()) {
    const twin = all.slice(0, index).find(({ probe }) => probe && probe.random === guest.probe?.random);
    if (twin) return difference(guest, `the agents in ${twin.name} and in ${guest.name} got the same random bytes`);
  }
  return undefined;
};

/** A clock that was set late because the machine is busy says nothing about the image. */
const clockDifference = (guest: GuestFacts): Difference | undefined => {
  const { clock, name } = guest;
  if (!clock || clock.skewMs < SKEW_MS) return undefined;
  const wrong = difference(guest, `the clock of ${name} is ${(clock.skewMs / 1000).toFixed(1)} s wrong`);
  if (!clock.late) return wrong;
  return { ...wrong, verdict: 'infrastructure', detail: `${wrong.detail}: the machine is too busy to set it in time` };
};

const difference = ({ console }: GuestFacts, detail: string): Difference => ({
  verdict: 'clones-not-unique',
  detail,
  console,
});
