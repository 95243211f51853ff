import { z } from 'zod';
import { canonicalJson } from '../canonical-json';
import { sign, type SigningKey } from '../signing/keygen';
import { headSchema, type AuditHead } from './entry';

/** A head as it is kept: beside its log (`audit.heads.jsonl`), and elsewhere. */
export const keptHeadSchema = headSchema.extend({ signature: z.string().optional() });
export type KeptHead = z.infer<typeof keptHeadSchema>;

/** The text of a head that is signed. */
export const headText = ({ log, seq, hash, at }: AuditHead): string => canonicalJson({ log, seq, hash, at });

/** Signs a head; its line for a file of heads is {@link canonicalJson} of the answer. Throws SIGNING_FAILED. */
export const signHead = async (head: AuditHead, key: SigningKey): Promise<KeptHead> => ({
  ...head,
  signature: await sign(headText(head), 'audit@polydev', key),
});

/** The heads in the text of a file of heads, and the numbers of the lines that are none. Pure. */
export const parseHeads = (
  text: string,
): { readonly heads: readonly KeptHead[]; readonly wrong: readonly number[] } => {
  const lines = text.split('\n').map((content, index) => ({ line: index + 1, content }));
  const read = lines
    .filter(({ content }) => content !== '')
    .map(({ line, content }) => ({ line, head: parse(content) }));
  return {
    heads: read.flatMap(({ head }) => (head ? [head] : [])),
    wrong: read.filter(({ head }) => !head).map(({ line }) => line),
  };
};

const parse = (line: string): KeptHead | undefined => {
  try {
    return keptHeadSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
};
