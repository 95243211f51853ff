import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { realHostsBaseFailed } from '@polydev/errors';
import { sentenceOf } from '../sentence-of';
import { aptSources, codename, mmdebstrap } from './apt';
import { FILES, MASKED_UNITS, PACKAGES, prepareBase } from './base-content';
import { mustRun } from './command';
import { holding } from './holding';
import { cacheDirectory } from './locations';

const BUILD_MS = 10 * 60_000;
/** Raise it when something is changed in how a base is built that its content's key below does not show. */
const REVISION = 1;

/** Where the base of this machine's release is, or will be: another content has another place. */
export function basePath(): string {
  const content = JSON.stringify([REVISION, codename(), PACKAGES, MASKED_UNITS, FILES]);
  const key = createHash('sha256').update(content).digest('hex').slice(0, 12);
  return join(cacheDirectory(), `base-${codename() ?? 'unknown'}-${key}`);
}

async function build(base: string): Promise<void> {
  const part = `${base}.part`;
  const release = codename();
  if (release === undefined) throw new Error('/etc/os-release does not say which release this is');
  rmSync(part, { recursive: true, force: true });
  mkdirSync(cacheDirectory(), { recursive: true, mode: 0o700 });
  const program = await mmdebstrap(join(cacheDirectory(), 'tools'));
  const options = ['--quiet', '--format=directory', '--mode=root', '--variant=minbase'];
  const packages = [`--include=${PACKAGES.join(',')}`, '--aptopt=APT::Install-Recommends "0"'];
  const argv = [program, ...options, ...packages, release, part, ...aptSources(release)];
  await mustRun(argv, { timeout: BUILD_MS });
  prepareBase(part);
  renameSync(part, base);
}

/**
 * The read-only tree that all hosts start from: this machine's own Debian or Ubuntu release, from its own package
 * sources, built once (half a minute) and kept. Returns its path. Throws REAL_HOSTS_BASE_FAILED.
 */
export async function ensureBase(): Promise<string> {
  const base = basePath();
  try {
    if (!existsSync(base)) await holding(base, BUILD_MS, async () => (existsSync(base) ? undefined : build(base)));
  } catch (error) {
    throw realHostsBaseFailed({ directory: cacheDirectory(), reason: sentenceOf(error) });
  }
  return base;
}
