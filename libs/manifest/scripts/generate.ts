/** Writes docs/deploy.schema.json and docs/manifest.md; with `--check` only says whether they are what would be written. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { jsonSchemaText } from '../src/reference/json-schema';
import { referencePage } from '../src/reference/page';

const root = resolve(__dirname, '../../..');
const files = [
  { path: 'docs/deploy.schema.json', text: jsonSchemaText() },
  { path: 'docs/manifest.md', text: referencePage() },
];

const isStale = ({ path, text }: (typeof files)[number]): boolean =>
  !existsSync(resolve(root, path)) || readFileSync(resolve(root, path), 'utf8') !== text;

const stale = files.filter(isStale);
if (process.argv.includes('--check')) {
  for (const { path } of stale) {
    console.error(`${path} is not what the schema in libs/manifest says; run: npm run generate`);
  }
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  for (const { path, text } of stale) {
    mkdirSync(dirname(resolve(root, path)), { recursive: true });
    writeFileSync(resolve(root, path), text);
    console.log(`written: ${path}`);
  }
}
