import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RELEASE_FILE, releaseInfoSchema } from '@polydev/contract';
import { agentUnidentified, printableName } from '@polydev/errors';
import type { AgentSource } from '../pipeline';

/**
 * Returns what an agent was built from: what is given, and else what the release that it lies in says of itself. Throws
 * AGENT_UNIDENTIFIED where something of it is not known.
 */
export const agentSource = async (directory: string, given: Partial<AgentSource>): Promise<AgentSource> => {
  const { sha, digest, release } = given;
  if (sha !== undefined && digest !== undefined && release !== undefined)
    return wellFormed(directory, { sha, digest, release });
  const info = await releaseInfo(directory);
  if (typeof info === 'string') throw agentUnidentified({ directory, reason: info });
  return wellFormed(directory, {
    sha: sha ?? info.sha,
    digest: digest ?? info.digest,
    release: release ?? info.release,
  });
};

/** They go into file names, into the guest, and onto terminals. */
const FORMS = { sha: /^[\w.+-]{1,128}$/, digest: /^[0-9a-f]{64}$/, release: /^[\w.+-]{1,128}$/ } as const;

const wellFormed = (directory: string, source: AgentSource): AgentSource => {
  const names = ['sha', 'digest', 'release'] as const;
  const wrong = names.filter((name) => !FORMS[name].test(source[name]));
  if (wrong.length === 0) return source;
  const told = wrong.map((name) => `"${printableName(source[name])}" is no ${name}`);
  throw agentUnidentified({ directory, reason: told.join(', ') });
};

const releaseInfo = async (directory: string): Promise<AgentSource | string> => {
  try {
    const parsed = releaseInfoSchema.safeParse(JSON.parse(await readFile(join(directory, RELEASE_FILE), 'utf8')));
    return parsed.success ? parsed.data : `its ${RELEASE_FILE} lacks target, environment, release, sha or digest`;
  } catch (error) {
    return error instanceof SyntaxError
      ? `its ${RELEASE_FILE} is no JSON`
      : `its ${RELEASE_FILE} cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`;
  }
};
