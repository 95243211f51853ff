import { queryInvalid } from '@polydev/errors';
import { z } from 'zod';

export const limitSchema = z
  .string()
  .regex(/^[1-9]\d{0,2}$/, 'a whole number from 1 to 999 is expected')
  .transform(Number)
  .default(50);
export const nameSchema = z.string().min(1, 'a name is expected').optional();

/** Reads the query of a request. Throws QUERY_INVALID with all that is wrong. */
export function parseQuery<T>(schema: z.ZodType<T>, query: unknown): T {
  const result = schema.safeParse(query);
  if (result.success) return result.data;
  throw queryInvalid(result.error.issues.map(({ path, message }) => [...path, message].join(': ')));
}
