/** Milliseconds that some work takes. */
export const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await work();
  return performance.now() - began;
};

/** What some work gives, done one after the other so many times. */
export const times = async (count: number, work: () => Promise<number>): Promise<readonly number[]> => {
  const runs: number[] = [];
  for (let index = 0; index < count; index += 1) runs.push(await work());
  return runs;
};
