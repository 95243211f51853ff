import type { SchemaChange } from '@polydev/contract';
import { keyOf } from './delta';

/** An object that became something else on the real database than on the shadow. */
export interface Difference {
  /** `column public.deployments.sha`. */
  readonly object: string;
  /** What happened to it, as clauses. */
  readonly shadow: string;
  readonly real: string;
}

/**
 * The objects that differ between what the migrations did to the shadow and what they did to the real database, by name. The two
 * may be of different versions, so that only what both write alike is compared. `except` are objects (`extension postgis`) that the
 * shadow cannot hold.
 */
export const compareDeltas = (
  shadow: readonly SchemaChange[],
  real: readonly SchemaChange[],
  except: readonly string[] = [],
): readonly Difference[] => {
  const expected = new Map(shadow.map((one) => [keyOf(one), said(one)]));
  const found = new Map(real.map((one) => [keyOf(one), said(one)]));
  const left = new Set(except);
  return [...new Set([...expected.keys(), ...found.keys()])]
    .filter((object) => !left.has(object) && expected.get(object) !== found.get(object))
    .sort()
    .map((object) => ({ object, shadow: expected.get(object) ?? NOTHING, real: found.get(object) ?? NOTHING }));
};

const NOTHING = 'unchanged';

const said = ({ change, detail }: SchemaChange): string => {
  const what = detail ? `: ${detail}` : '';
  switch (change) {
    case '+':
      return `added${what}`;
    case '-':
      return 'removed';
    case '~':
      return `changed${what}`;
  }
};
