import { chmodSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where templates and running shadows are kept: `$XDG_CACHE_HOME/polydev/postgres` or `~/.cache/polydev/postgres`; for root, whose
 * home an ordinary user cannot enter, `/var/cache/polydev/postgres`. Made where it is missing.
 */
export const cacheDirectory = (env: Readonly<Record<string, string | undefined>> = process.env): string => {
  const root = process.getuid?.() === 0;
  const base = env['XDG_CACHE_HOME'] || (root ? '/var/cache' : join(homedir(), '.cache'));
  const directory = join(base, 'polydev', 'postgres');
  mkdirSync(directory, { recursive: true });
  // Whatever root's umask is: the user that PostgreSQL runs as has to get through.
  if (root) chmodSync(directory, 0o755);
  return directory;
};
