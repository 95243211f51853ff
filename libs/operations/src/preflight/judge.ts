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
export const judgeHost = (host: string, stateDir: string, facts: HostFacts): readonly Finding[] =>
  [...toolFindings(host, facts), ...permissionFindings(host, facts), ...diskFindings(host, stateDir, facts)].map(
    (finding) => ({ ...finding, host }),
  );

const toolFindings = (host: string, { missing }: HostFacts): readonly Finding[] =>
  missing.length === 0
    ? []
    : [
        {
          level: 'error',
          code: 'TOOL_MISSING',
          message: `${host} lacks ${missing.join(', ')}.`,
          hint: `Install what is missing on ${host}, or correct the command in the manifest.`,
        },
      ];

const permissionFindings = (host: string, { locked }: HostFacts): readonly Finding[] =>
  locked.map((directory) => ({
    level: 'error',
    code: 'NO_PERMISSION',
    message: `${directory} on ${host} may not be written by the user we log in as.`,
    hint: 'Give that user the directory (chown), or log in as another (`user:` in the manifest).',
  }));

const diskFindings = (host: string, stateDir: string, { freeBytes, freeInodes }: HostFacts): readonly Finding[] => {
  const bytes = freeBytes ?? Infinity;
  const space = { message: `${host} has ${megabytes(bytes)} free at ${stateDir}.` };
  const findings: Finding[] = [];
  if (bytes < LEAST_BYTES) {
    findings.push({
      ...space,
      level: 'error',
      code: 'DISK_FULL',
      hint: 'Free some space, for instance with a smaller `keep`.',
    });
  } else if (bytes < SPARE_BYTES) {
    findings.push({ ...space, level: 'warning', code: 'DISK_LOW', hint: 'Free some space before it runs full.' });
  }
  // Some file systems (btrfs) count no inodes and say 0.
  if (freeInodes !== null && freeInodes > 0 && freeInodes < LEAST_INODES) {
    const message = `${host} has only ${freeInodes} inodes free at ${stateDir}.`;
    findings.push({ level: 'error', code: 'DISK_FULL', message, hint: 'Remove small files that are not needed.' });
  }
  return findings;
};

const megabytes = (bytes: number): string => `${Math.floor(bytes / 1024 ** 2)} MB`;
