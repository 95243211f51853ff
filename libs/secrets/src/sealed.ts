import type { ReadablePart } from './file-text';
import { formatHead, type Head } from './head';
import { valueProblem } from './variable';

/** Everything in one file: what everybody may read, and the values. */
export interface Secrets {
  readonly head: Head;
  readonly values: ReadonlyMap<string, string>;
}

/** Sealed texts have a length that is a multiple of this, so that the length of a value cannot be told from the file's. */
const BLOCK = 1024;

/**
 * What is encrypted: the values, and the readable part once more. Whoever changes a line of that without being able to
 * decrypt makes the two differ. Pure.
 */
export const sealedText = ({ head, values }: Secrets): string => {
  const entries = head.names.map(({ name }) => [name, values.get(name) ?? ''] as const);
  const text = `${JSON.stringify({ head: formatHead(head), values: Object.fromEntries(entries) }, undefined, 2)}\n`;
  const length = Buffer.byteLength(text);
  return text + ' '.repeat(Math.ceil(length / BLOCK) * BLOCK - length);
};

// A parser's own error would quote the text, so it is dropped here.
const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The values, or what does not fit, as a clause that repeats nothing of them. */
export type Opened =
  | { readonly kind: 'values'; readonly values: ReadonlyMap<string, string> }
  | { readonly kind: 'unfit'; readonly reason: string };

const unfit = (reason: string): Opened => ({ kind: 'unfit', reason });

/** The values of a decrypted text, if they belong to the readable part given. Pure. */
export const openedText = (text: string, { head, headText }: ReadablePart): Opened => {
  const content = parsed(text);
  if (!isObject(content) || !isObject(content['values']))
    return unfit('what is encrypted in it is not what we encrypt');
  if (content['head'] !== headText)
    return unfit('its readable lines (environment, recipients, names) are not those it was encrypted with');
  const entries = Object.entries(content['values']);
  const names = new Set(head.names.map(({ name }) => name));
  if (entries.length !== names.size || !entries.every(([name]) => names.has(name)))
    return unfit('the names listed in it are not those it has values for');
  const values = new Map<string, string>();
  for (const [name, value] of entries) {
    if (typeof value !== 'string' || valueProblem(name, value) !== undefined)
      return unfit(`its value for ${name} cannot be one of an environment variable`);
    values.set(name, value);
  }
  return { kind: 'values', values };
};
