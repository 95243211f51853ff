import { createHash } from 'node:crypto';
import { replayUnknown } from '@polydev/errors';
import { faultText } from '../demo';
import { faultOf } from './faults';
import { scheduleOf, type Operation, type Schedule, type Strike } from './schedule';

/** Schedules that stand for what the generator does: where they come out otherwise, it is another one. */
const SPECIMENS = 32;

const GENERATOR = createHash('sha256')
  .update(JSON.stringify(Array.from({ length: SPECIMENS }, (_, index) => scheduleOf(`specimen ${index}`))))
  .digest('hex')
  .slice(0, 6);

/**
 * Seeds of so many schedules, for instance from a commit's SHA. Each bears the generator's version, so that a later one
 * refuses it instead of making another schedule of it.
 */
export const seedsOf = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `seed:${name.slice(0, 12)}-${index + 1}-${GENERATOR}`);

/**
 * The seed in what a user gave as `--replay`: a seed, or the whole line that was printed. Throws REPLAY_UNKNOWN where it
 * has none, or one of another generator.
 */
export const seedOfReplay = (text: string): string => {
  const [seed, version] = /seed:[\w.]+-\d+-([0-9a-f]{6})\b/.exec(text) ?? [];
  if (seed === undefined) throw replayUnknown(text, 'it has no word like `seed:1f3a9c-17-0a1b2c`');
  if (version !== GENERATOR) throw replayUnknown(text, 'another version of the schedules printed it');
  return seed;
};

/** The schedule in one line, which begins with the seed that replays it. */
export const formatSchedule = ({ seed, strategy, hosts, operations }: Schedule): string =>
  `${seed} ${strategy}, ${hosts} host${hosts === 1 ? '' : 's'}: ${operations.map(formatOperation).join('; ')}`;

const formatOperation = ({ verb, broken, strikes }: Operation): string =>
  [`${verb}${broken === undefined ? '' : ` of ${faultText(broken)}`}`, ...strikes.map(formatStrike)].join(' + ');

const formatStrike = ({ fault, host, point }: Strike): string => {
  if (point.when === 'first') return `${fault} on host ${host + 1}`;
  const at = `${(point.thousandths / 10).toFixed(1)} %`;
  return `${fault} on host ${host + 1} ${faultOf(fault).at === 'step' ? 'in the step' : `${point.when} the effect`} at ${at}`;
};
