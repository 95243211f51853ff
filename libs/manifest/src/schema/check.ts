import type { z } from 'zod';
import type { KeyPath } from '../problem';
import type { Finding } from './findings';
import { findingsOf, valueAt } from './findings';

/** Data against a schema: what is wrong with it, and what is left when that is taken out. */
export interface Checked<T> {
  readonly findings: readonly Finding[];
  /** The valid part, so that it can be looked at further in the same go; undefined where nothing of it is. */
  readonly valid: T | undefined;
}

/** The nearest thing that can be taken out whole: lists lose no single item, for that would move the others. */
const takenOut = (data: unknown, path: KeyPath): KeyPath => {
  const listed = path.findIndex((key) => typeof key === 'number');
  const whole = listed < 0 ? path : path.slice(0, listed);
  return valueAt(data, whole) === undefined ? whole.slice(0, -1) : whole;
};

const without = (data: unknown, findings: readonly Finding[]): unknown => {
  const copy: unknown = structuredClone(data);
  for (const finding of findings) {
    const path = takenOut(data, finding.path);
    const last = path.at(-1);
    const parent = valueAt(copy, path.slice(0, -1));
    if (last === undefined) return undefined;
    if (typeof parent === 'object' && parent !== null) Reflect.deleteProperty(parent, last);
  }
  return copy;
};

/** Checks data against a schema, reporting everything at once. */
export const check = <T extends z.ZodType>(schema: T, data: unknown): Checked<z.infer<T>> => {
  const first = schema.safeParse(data);
  if (first.success) return { findings: [], valid: first.data };
  const findings = findingsOf({ schema, data }, first.error);
  let rest = { findings, data };
  for (let round = 0; round < 5; round++) {
    const left = without(rest.data, rest.findings);
    const again = schema.safeParse(left);
    if (again.success) return { findings, valid: again.data };
    rest = { data: left, findings: findingsOf({ schema, data: left }, again.error) };
  }
  return { findings, valid: undefined };
};
