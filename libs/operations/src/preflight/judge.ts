import type { TargetConfig } from '@polydev/manifest';
import type { Finding } from '../operations';

/** What a host told of itself. */
export interface HostFacts {
  readonly missing: readonly string[];
  /** Directories that would be written and may not be. */
  readonly locked: readonly string[];
  readonly freeBytes: number | null;
  readonly freeInodes: number | null;
  readonly node: string;
}

/** What the runbook runs on every host; all but perl is in Debian's coreutils, tar, gzip and findutils. */
const ALWAYS = ['sh', 'perl', 'tar', 'gzip', 'cp', 'mv', 'rm', 'mkdir', 'xargs', 'sha256sum', 'sync'] as const;

/** Less free space than this cannot hold a release; below the second figure it soon will not. */
const LEAST_BYTES = 100 * 1024 ** 2;
const SPARE_BYTES = 1024 ** 3;
const LEAST_INODES = 10_000;

/** Commands that the targets' runbooks will use: ours, and the first word of each of the manifest's. */
export const neededCommands = (targets: readonly TargetConfig[]): string[] => {
  const own = targets.flatMap(({ restart, preDeploy, postDeploy, install }) =>
    [restart, preDeploy, postDeploy, typeof install === 'object' ? install.command : undefined].flatMap(firstWord),
  );
  return [...new Set([...ALWAYS, ...own])];
};

/** The program a command line begins with; none where it begins with anything a shell would have to read. */
const firstWord = (command: string | undefined): string[] => {
  const word = command?.trim().split(/\s+/)[0];
  return word !== undefined && /^[\w./+-]+$/.test(word) ? [word] : [];
};

/** What of the facts is a reason not to deploy, or to be warned. Pure. */
export const judgeHost = (host: string, stateDir: string, facts: HostFacts): readonly Finding[] => {
  const findings: Finding[] = [];
  const add = (level: Finding['level'], code: string, message: string, hint: string) =>
    findings.push({ level, code, host, message, hint });
  if (facts.missing.length > 0) {
    add(
      'error',
      'TOOL_MISSING',
      `${host} lacks ${facts.missing.join(', ')}.`,
      `Install what is missing on ${host}, or correct the command in the manifest.`,
    );
  }
  for (const directory of facts.locked) {
    add(
      'error',
      'NO_PERMISSION',
      `${directory} on ${host} may not be written by the user we log in as.`,
      `Give that user the directory (chown), or log in as another (\`user:\` in the manifest).`,
    );
  }
  if (facts.freeBytes !== null && facts.freeBytes < LEAST_BYTES) {
    add(
      'error',
      'DISK_FULL',
      `${host} has ${megabytes(facts.freeBytes)} free at ${stateDir}.`,
      'Free some space, for instance with a smaller `keep`.',
    );
  } else if (facts.freeBytes !== null && facts.freeBytes < SPARE_BYTES) {
    add(
      'warning',
      'DISK_LOW',
      `${host} has only ${megabytes(facts.freeBytes)} free at ${stateDir}.`,
      'Free some space before it runs full.',
    );
  }
  if (facts.freeInodes !== null && facts.freeInodes > 0 && facts.freeInodes < LEAST_INODES) {
    add(
      'error',
      'DISK_FULL',
      `${host} has only ${facts.freeInodes} inodes free at ${stateDir}.`,
      'Remove small files that are not needed.',
    );
  }
  return findings;
};

const megabytes = (bytes: number): string => `${Math.floor(bytes / 1024 ** 2)} MB`;
