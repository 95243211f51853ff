import { OpsError } from '../ops-error';

export const TRIAL_CODES = ['LOAD_CLIENT_ENDED', 'REPLAY_UNKNOWN'] as const;

/** The process that puts load on a service under trial is gone. */
export const loadClientEnded = (reason: string) =>
  new OpsError(
    'LOAD_CLIENT_ENDED',
    `The load client did not report: ${reason}. What it had counted is lost; the service it asked was not touched.`,
    'Run the trial again; if the client ended by itself, its own message above says why.',
  );

/** What was given as `--replay` names no schedule of this version. */
export const replayUnknown = (text: string, reason: string) =>
  new OpsError(
    'REPLAY_UNKNOWN',
    `\`${text}\` cannot be replayed: ${reason}. Nothing was run.`,
    'Copy the first word of the line that the failed schedule printed: `npm run chaos -- --replay=seed:…`, on the commit that printed it.',
  );
