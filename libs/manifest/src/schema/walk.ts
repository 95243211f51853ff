import type { z } from 'zod';
import type { KeyPath } from '../problem';

/** Keys that a mapping may have at a path; none where the path leads to no mapping. */
export const knownKeys = (schema: z.core.$ZodType, path: KeyPath): readonly string[] => {
  const { def } = schema._zod as z.core.$ZodTypes['_zod'];
  const [head, ...rest] = path;
  if (def.type === 'optional' || def.type === 'nullable') return knownKeys(def.innerType, path);
  if (def.type === 'union') return def.options.flatMap((option) => knownKeys(option, path));
  if (def.type === 'object' && head === undefined) return Object.keys(def.shape);
  const inner = head === undefined ? undefined : schemaBelow(def, head);
  return inner === undefined ? [] : knownKeys(inner, rest);
};

const schemaBelow = (def: z.core.$ZodTypes['_zod']['def'], key: string | number): z.core.$ZodType | undefined => {
  if (def.type === 'record') return def.valueType;
  if (def.type === 'array') return def.element;
  return def.type === 'object' && Object.hasOwn(def.shape, key) ? def.shape[key] : undefined;
};
