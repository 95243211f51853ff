import { createHash } from 'node:crypto';

/** Nesting beyond this is nothing of ours, and would overflow the stack of whoever reads it. */
const DEEPEST = 32;

/**
 * The one way to write a value as JSON: keys sorted, no spaces, nothing left out but `undefined` (as RFC 8785 has it).
 * What is hashed and signed is this text. Throws on what is no JSON.
 */
export const canonicalJson = (value: unknown): string => write(value, 0);

const write = (value: unknown, depth: number): string => {
  if (depth > DEEPEST) throw new Error(`Nested deeper than ${DEEPEST} levels.`);
  if (Array.isArray(value)) return `[${value.map((one) => write(one ?? null, depth + 1)).join(',')}]`;
  if (typeof value === 'object' && value !== null) return writeObject(value, depth);
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`${value} is no number of JSON.`);
  if (!['string', 'number', 'boolean'].includes(typeof value) && value !== null)
    throw new Error(`A ${typeof value} is no JSON.`);
  return JSON.stringify(value);
};

const writeObject = (value: object, depth: number): string => {
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${write(member, depth + 1)}`);
  return `{${members.join(',')}}`;
};

/** SHA-256 of a text, in hex. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
