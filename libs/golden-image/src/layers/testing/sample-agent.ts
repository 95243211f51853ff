import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Writes an agent's folder from paths and texts, in their order; returns the folder. */
export const writeAgent = (directory: string, files: Readonly<Record<string, string>>): string => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  return directory;
};

/** An agent that is ready at once. */
export const SAMPLE_AGENT = {
  'main.js':
    'require(\'node:http\').createServer((_, answer) => answer.end(\'{"status":"ready"}\')).listen(process.env.PORT);\n',
  'package.json': '{"name":"@sample/agent","version":"1.2.3"}\n',
  'lib/data/empty.txt': '',
};
export const SAMPLE_DIGEST = 'd'.repeat(64);
