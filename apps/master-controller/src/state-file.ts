import { readdir, readFile } from 'node:fs/promises';
import { RECORD_VERSION } from '@polydev/contract';
import { stateUnreadable } from '@polydev/errors';
import { z } from 'zod';

/** What reading one file of the state gave: its content, nothing, or why it cannot be used. */
export type StateFile<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreadable'; readonly why: string };

/** Reads a JSON file and checks it against its schema. Never throws. */
export async function readStateFile<T>(path: string, schema: z.ZodType<T>): Promise<StateFile<T>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const code = errorCode(error);
    return code === 'ENOENT' || code === 'ENOTDIR' ? { kind: 'missing' } : { kind: 'unreadable', why: code };
  }
  return parse(text, schema);
}

/** The version of a record, or of a part of one. */
const versionSchema = z.union([
  z.object({ schema: z.number() }).transform(({ schema }) => schema),
  z.object({ head: z.object({ schema: z.number() }) }).transform(({ head }) => head.schema),
]);

function parse<T>(text: string, schema: z.ZodType<T>): StateFile<T> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { kind: 'unreadable', why: text.trim() === '' ? 'it is empty' : 'it is not JSON' };
  }
  const version = versionSchema.safeParse(json).data;
  if (version !== undefined && version > RECORD_VERSION) {
    return {
      kind: 'unreadable',
      why: `a newer version wrote it (schema ${version}; this one reads up to ${RECORD_VERSION})`,
    };
  }
  const result = schema.safeParse(json);
  if (result.success) return { kind: 'read', value: result.data };
  const [issue] = result.error.issues;
  return { kind: 'unreadable', why: `${issue?.path.join('/') || 'it'}: ${issue?.message ?? 'not valid'}` };
}

/** Returns the names in a folder of the state, none where it is not there yet. Throws STATE_UNREADABLE. */
export async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw stateUnreadable(directory, errorCode(error));
  }
}

const errorCode = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);
