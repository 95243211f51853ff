import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { BUILD_ID_PLACEHOLDER } from './build-id-placeholder';

/** What Next makes anew in each build, by the key it has in Next's manifests. */
const RANDOM_KEYS = ['previewModeId', 'previewModeSigningKey', 'previewModeEncryptionKey', 'encryptionKey'];
/** What stands for the workspace's folder; the server looks at none of the paths that begin with it. */
const WORKSPACE = '/workspace';

/**
 * Takes out of Next's output what differs between two builds of the same sources: keys that it draws at random and
 * the folder that was built in. No secret is left in the artifact:
 * - the server-action key is drawn again by each process that starts (see src/start.ts);
 * - the preview keys become zeros. They guard draft mode, which this app does not have: who forges its cookie gets
 *   pages rendered freshly, as they always are here.
 * The build id is then made from what is left, so that it changes when, and only when, the output does.
 */
export function makeReproducible(output: string, workspace: string): void {
  const app = join(output, 'apps');
  // They describe the build to deployers other than ours, and the sources to debuggers.
  for (const path of filesIn(app).filter((path) => /\.(nft\.json|map)$/.test(path))) rmSync(path);
  const blanks = randomValues(app).map((value) => [value, blank(value)] as const);
  replaceInFiles(app, [...blanks, [inJson(workspace), WORKSPACE]]);
  const id = hashOf(output).slice(0, BUILD_ID_PLACEHOLDER.length);
  replaceInFiles(app, [[BUILD_ID_PLACEHOLDER, id]]);
  const buildFolder = join(app, 'frontend/.next/static');
  renameSync(join(buildFolder, BUILD_ID_PLACEHOLDER), join(buildFolder, id));
}

function randomValues(folder: string): readonly string[] {
  const values = filesIn(folder)
    .filter((path) => path.endsWith('.json'))
    .flatMap((path) => valuesIn(JSON.parse(read(path))));
  const found = [...new Set(values)];
  if (found.length !== RANDOM_KEYS.length) {
    throw new Error(
      `Next's output has ${found.length} random keys, ${RANDOM_KEYS.length} are known; look at the difference of two builds.`,
    );
  }
  return found;
}

function valuesIn(json: unknown): readonly string[] {
  if (typeof json !== 'object' || json === null) return [];
  return Object.entries(json).flatMap(([key, value]) =>
    typeof value === 'string' && RANDOM_KEYS.includes(key) ? [value] : valuesIn(value),
  );
}

/** Zeros in the same notation and length: 32 bytes in base64, or hexadecimal digits. */
const blank = (value: string): string =>
  value.endsWith('=') ? Buffer.alloc(Buffer.from(value, 'base64').length).toString('base64') : '0'.repeat(value.length);

/** As it stands in a JSON file that is read byte for byte. */
const inJson = (text: string): string => Buffer.from(JSON.stringify(text).slice(1, -1)).toString('latin1');

function replaceInFiles(folder: string, replacements: readonly (readonly [string, string])[]): void {
  for (const path of filesIn(folder)) {
    const before = read(path);
    const after = replacements.reduce((text, [from, to]) => text.replaceAll(from, () => to), before);
    if (after !== before) writeFileSync(path, after, 'latin1');
  }
}

function hashOf(folder: string): string {
  const hash = createHash('sha256');
  for (const path of filesIn(folder))
    hash
      .update(`${relative(folder, path)}\0`)
      .update(readFileSync(path))
      .update('\0');
  return hash.digest('hex');
}

/** All files below a folder, in an order that does not depend on the file system. */
const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();

/** Byte for byte, also where a file is no text. */
const read = (path: string): string => readFileSync(path, 'latin1');
