import { OpsError } from '../ops-error';

export const RSYNC_CODES = ['RSYNC_MISSING', 'RSYNC_FAILED'] as const;

/** The machine that deploys has no rsync that can be used. `why` is a clause: `it is not installed here`. */
export const rsyncMissing = (facts: { why: string }) =>
  new OpsError(
    'RSYNC_MISSING',
    `\`sync: rsync\` needs rsync 3.1 or newer on this machine: ${facts.why}. Nothing was sent.`,
    'Install it here (`sudo apt-get install rsync`, `brew install rsync`), or set `sync: content` in .deploy.yaml, which needs no program of its own.',
  );

/** rsync began and did not bring the files over; `output` holds its last lines, escaped. The release has no name yet. */
export const rsyncFailed = (facts: { host: string; ended: string; output: string }) =>
  new OpsError(
    'RSYNC_FAILED',
    `rsync to ${facts.host} ended with ${facts.ended}:\n${facts.output}\nThe release was not completed, and nothing points at it.`,
    'Mend what the output names and deploy again; `sync: content` in .deploy.yaml sends the same files without rsync.',
  );
