import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const PARTS = [__dirname, join(__dirname, 'daemon'), join(__dirname, 'database'), join(__dirname, '../shims')];

/** A digest of the sandbox's own sources, by which a start tells a daemon of an older checkout from its own. */
export function sandboxVersion(): string {
  const hash = createHash('sha256');
  for (const folder of PARTS)
    for (const name of readdirSync(folder).sort())
      if (/(?<!\.spec)\.(ts|pl)$/.test(name)) hash.update(name).update(readFileSync(join(folder, name)));
  return hash.digest('hex');
}
