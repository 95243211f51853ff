/** Letters only: `healthCheck`, `health-check` and `health_check` are one word to a reader. */
const simplified = (word: string): string => word.toLowerCase().replaceAll(/[-_. ]/g, '');

/** Optimal string alignment distance: how many letters are inserted, left out, changed or swapped with their neighbour. */
export const distance = (from: string, to: string): number => {
  // Of the table only the last three rows are looked at.
  let twoAbove: readonly number[] = [];
  let above: readonly number[] = [];
  for (let row = 0; row <= from.length; row++) {
    const line: number[] = [row];
    for (let column = 1; column <= to.length; column++) {
      const left = (line[column - 1] ?? 0) + 1;
      if (row === 0) {
        line.push(left);
        continue;
      }
      const isSame = from[row - 1] === to[column - 1];
      const changed = (above[column - 1] ?? 0) + (isSame ? 0 : 1);
      const isSwapped = row > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      const swapped = isSwapped ? (twoAbove[column - 2] ?? 0) + 1 : Infinity;
      line.push(Math.min((above[column] ?? 0) + 1, left, changed, swapped));
    }
    twoAbove = above;
    above = line;
  }
  return above[to.length] ?? 0;
};

/** How far a candidate may be: a third of its letters, at least one, but never all of them. */
const tolerance = (word: string, candidate: string): number =>
  Math.min(Math.max(1, Math.floor(candidate.length / 3)), candidate.length - 1, word.length - 1);

/** The candidate that was probably meant; undefined where none is near. */
export const nearest = (word: string, candidates: readonly string[]): string | undefined => {
  const written = simplified(word);
  const near = candidates
    .map((candidate) => ({ candidate, plain: simplified(candidate) }))
    .map((one) => ({ ...one, limit: tolerance(written, one.plain) }))
    // Each letter that one of them has more is a step: what is too long or too short needs no table.
    .filter(({ plain, limit }) => Math.abs(plain.length - written.length) <= limit)
    .map((one) => ({ ...one, score: distance(written, one.plain) }))
    .filter(({ score, limit }) => score <= limit)
    .sort((a, b) => a.score - b.score);
  return near[0]?.candidate;
};

/** `; did you mean `x`?`, or nothing. */
export const didYouMean = (word: string, candidates: readonly string[]): string => {
  const suggestion = nearest(word, candidates);
  return suggestion === undefined ? '' : `; did you mean \`${suggestion}\`?`;
};
