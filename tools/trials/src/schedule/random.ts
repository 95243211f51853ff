import { createHash } from 'node:crypto';

/** Numbers that follow from a seed and nothing else: the same on every machine and in every version of Node. */
export interface Random {
  /** A whole number from 0 up to and without `below`. */
  readonly below: (below: number) => number;
  readonly chance: (share: number) => boolean;
  readonly pick: <T>(items: readonly [T, ...T[]]) => T;
}

/** 2^48: as many bits as a number holds exactly, in whole bytes. */
const RANGE = 2 ** 48;

/**
 * Random numbers from a seed: number n is the first 48 bits of SHA-256 of `<seed> <n>`, that is, SHA-256 in counter mode.
 * Slow beside other generators, and nothing about it has to be believed.
 */
export const randomFrom = (seed: string): Random => {
  let count = 0;
  const share = () => {
    count += 1;
    return createHash('sha256').update(`${seed} ${count}`).digest().readUIntBE(0, 6) / RANGE;
  };
  const below = (limit: number) => Math.floor(share() * limit);
  return {
    below,
    chance: (wanted) => share() < wanted,
    pick: ([first, ...rest]) => {
      const index = below(rest.length + 1);
      return index === 0 ? first : (rest[index - 1] ?? first);
    },
  };
};
