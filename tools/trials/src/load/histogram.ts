/** Parts of each power of two: a value is known to about 3 %. */
const PARTS = 32;
const PART_BITS = 5;

/**
 * Counts of durations in buckets whose width grows with the value, as HdrHistogram's do: constant memory however many
 * requests there are, and a quantile that is off by 3 % at most.
 */
export class Histogram {
  readonly #counts: number[] = [];
  #total = 0;
  #longest = 0;

  add(ms: number): void {
    const bucket = bucketOf(Math.max(0, Math.round(ms * 1000)));
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#total += 1;
    this.#longest = Math.max(this.#longest, ms);
  }

  /** Milliseconds; exact. */
  get longest(): number {
    return this.#longest;
  }

  /** Milliseconds that a share (0–1) of the values stays within; 0 where there are none. */
  quantile(share: number): number {
    let left = Math.ceil(this.#total * share);
    for (const [bucket, count = 0] of this.#counts.entries()) {
      left -= count;
      if (left <= 0) return this.#total === 0 ? 0 : Math.min(upperEnd(bucket) / 1000, this.#longest);
    }
    return 0;
  }
}

/** Below 2 × PARTS microseconds a bucket holds one value; above, each power of two has PARTS buckets. */
const bucketOf = (microseconds: number): number => {
  if (microseconds < 2 * PARTS) return microseconds;
  const shift = Math.floor(Math.log2(microseconds)) - PART_BITS;
  return (shift + 1) * PARTS + (Math.floor(microseconds / 2 ** shift) - PARTS);
};

/** The greatest number of microseconds that a bucket holds. */
const upperEnd = (bucket: number): number => {
  if (bucket < 2 * PARTS) return bucket;
  const shift = Math.floor(bucket / PARTS) - 1;
  return (PARTS + (bucket % PARTS) + 1) * 2 ** shift - 1;
};
