import { z } from 'zod';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const WRITTEN = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)?$/;
const LONGEST_MS = 24 * 3_600_000;

/** Milliseconds of a duration as a manifest writes it: seconds, or text with ms, s, m or h. NaN where it is none. */
export const toMilliseconds = (written: number | string): number => {
  if (typeof written === 'number') return Math.round(written * 1000);
  const [, amount, unit = 's'] = WRITTEN.exec(written) ?? [];
  return Math.round(Number(amount) * (UNIT_MS[unit] ?? NaN));
};

const expects = 'seconds, or text such as 30s or 2m';

const bounded = (error: string, isGood: (ms: number) => boolean) =>
  z
    .union([z.number(), z.string().regex(WRITTEN, { error })], { error })
    .refine((written) => isGood(toMilliseconds(written)) && toMilliseconds(written) <= LONGEST_MS, { error })
    .meta({ expects });

/** Seconds, or text such as `500ms`, `30s`, `2m`, `1h`. */
export const duration = () => bounded(`should be ${expects}, more than 0 and at most 24h`, (ms) => ms > 0);

/** The same, or 0. */
export const durationOrNone = () => bounded(`should be ${expects}, at most 24h, or 0`, (ms) => ms >= 0);
