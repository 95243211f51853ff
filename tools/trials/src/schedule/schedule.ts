import type { DemoFault } from '../demo';
import { faultNames, faultOf, type FaultName } from './faults';
import { randomFrom, type Random } from './random';

export type Strategy = 'rolling' | 'blue-green';

/** Operations of one trial on one set of hosts, with what goes wrong in each. */
export interface Schedule {
  /** Replays it: `seed:<name>-<version of the generator>`. */
  readonly seed: string;
  readonly strategy: Strategy;
  readonly hosts: number;
  readonly operations: readonly Operation[];
}

export interface Operation {
  readonly verb: 'deploy' | 'rollback';
  /** How the release that is deployed is broken by itself; undefined = it works. */
  readonly broken?: DemoFault;
  readonly strikes: readonly Strike[];
}

/** A fault at a point. */
export interface Strike {
  readonly fault: FaultName;
  /** Index of the host. */
  readonly host: number;
  readonly point: Point;
}

export type Point =
  /** As a share, in thousandths, of the effects (or steps) that the operation has: their number is known to who runs it. */
  { readonly when: 'before' | 'after'; readonly thousandths: number } | { readonly when: 'first' };

/** Operations that follow each other in a schedule; the last one is always a deploy without faults, which has to succeed. */
const MOST_OPERATIONS = 4;
const BROKEN_SHARE = 0.25;
const ROLLBACK_SHARE = 0.3;
const SECOND_STRIKE_SHARE = 0.2;

const BROKEN: readonly [DemoFault, ...DemoFault[]] = [
  'wont-start',
  'dies-after-1s',
  'hangs',
  'port-taken',
  'listens-elsewhere',
  'never-healthy',
  'wrong-release',
  { kind: 'later-500', seconds: 3 },
  { kind: 'later-crash', seconds: 3 },
  { kind: 'slow-start', seconds: 2 },
];

/** The schedule of a seed. Pure: the same seed gives the same schedule for ever, or is refused by `seedOfReplay`. */
export const scheduleOf = (seed: string): Schedule => {
  const random = randomFrom(seed);
  const strategy = random.pick<Strategy>(['rolling', 'blue-green']);
  const hosts = random.chance(0.25) ? 2 : 1;
  const count = 1 + random.below(MOST_OPERATIONS - 1);
  const faulty = Array.from({ length: count }, (_, index) => operationOf(random, { strategy, hosts, index }));
  return { seed, strategy, hosts, operations: [...faulty, { verb: 'deploy', strikes: [] }] };
};

interface Setting {
  readonly strategy: Strategy;
  readonly hosts: number;
  readonly index: number;
}

const operationOf = (random: Random, setting: Setting): Operation => {
  // There is nothing to go back to before the first deploy.
  const verb = setting.index > 0 && random.chance(ROLLBACK_SHARE) ? 'rollback' : 'deploy';
  const broken = verb === 'deploy' && random.chance(BROKEN_SHARE) ? random.pick(BROKEN) : undefined;
  const first = strikeOf(random, setting);
  const second = random.chance(SECOND_STRIKE_SHARE) ? strikeOf(random, setting) : undefined;
  return {
    verb,
    ...(broken === undefined ? {} : { broken }),
    strikes: second && second.fault !== first.fault ? [first, second] : [first],
  };
};

const strikeOf = (random: Random, { strategy, hosts }: Setting): Strike => {
  const [one, ...others] = faultNames().filter((name) => strategy === 'blue-green' || !faultOf(name).needsTraffic);
  if (one === undefined) throw new Error('There are faults without a traffic engine.');
  const fault = random.pick([one, ...others]);
  return { fault, host: random.below(hosts), point: pointOf(random, faultOf(fault).at) };
};

const pointOf = (random: Random, at: 'effect' | 'step' | 'rest'): Point => {
  if (at === 'rest') return { when: 'first' };
  const when = at === 'effect' ? random.pick<'before' | 'after'>(['before', 'after']) : 'before';
  return { when, thousandths: random.below(1000) };
};

/** Number from 1 of the effect or step that a point means in an operation that has so many of them; 1 for `first`. */
export const numberAt = (point: Point, count: number): number =>
  point.when === 'first' ? 1 : 1 + Math.floor((point.thousandths * count) / 1000);
