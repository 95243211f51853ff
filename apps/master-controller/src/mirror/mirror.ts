import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import type { ClientBase, Pool } from 'pg';
import { failureOf, type DatabaseFailure } from '../database/failure';
import { changedDeployments, type ChangedDeployment } from './changed-deployments';
import { readTargets } from './read-targets';
import { writeDeployment } from './write-deployment';
import { writeTargets } from './write-targets';

const EVERY_MS = 10_000;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;

export interface MirrorSettings {
  readonly stateDir: string;
  /** Name of this host in the database. */
  readonly hostName: string;
  readonly database: Pool;
  readonly log: Pick<FastifyBaseLogger, 'info' | 'warn'>;
  /** Pause between two looks at the files. */
  readonly everyMs?: number;
}

/** Copies the files of this host into the database for as long as it runs. */
export interface Mirror {
  /** Ends with the row that is being written, and closes the database. */
  stop(): Promise<void>;
}

/**
 * Starts to mirror. A database that is away is no failure of the controller's: it is said once in the log, tried again at
 * growing intervals, and everything that was missed follows. Nothing waits for it.
 */
export function startMirror(settings: MirrorSettings): Mirror {
  const ending = new AbortController();
  const ended = mirrorUntil(ending.signal, settings);
  return {
    stop: async () => {
      ending.abort();
      await ended;
      await settings.database.end();
    },
  };
}

async function mirrorUntil(signal: AbortSignal, settings: MirrorSettings): Promise<void> {
  const { log, everyMs = EVERY_MS } = settings;
  const known = new Map<string, string>();
  let failures = 0;
  let said: string | undefined;
  while (!signal.aborted) {
    const failure = await mirrorOnce(settings, known, signal).then(() => undefined, failureOf);
    if (failure && failure.reason !== said) {
      log.warn(facts(failure), 'the history is not mirrored for now; the files are complete, and it is tried again');
    }
    if (!failure && said !== undefined) log.info('the history is mirrored again');
    said = failure?.reason;
    failures = failure ? failures + 1 : 0;
    const pause = failure ? Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1)) : everyMs;
    await sleep(pause, undefined, { signal }).catch(() => undefined);
  }
}

const facts = ({ reason, kind }: DatabaseFailure) =>
  kind === 'tables' ? { reason, hint: 'npx nx run database:migrate' } : { reason };

async function mirrorOnce(settings: MirrorSettings, known: Map<string, string>, signal: AbortSignal): Promise<void> {
  const { stateDir, hostName, database } = settings;
  const client = await database.connect();
  try {
    await writeTargets(client, hostName, await readTargets(stateDir));
    for await (const deployment of changedDeployments(stateDir, known)) {
      if (signal.aborted) break;
      await mirrorDeployment(client, deployment, settings);
      if (deployment.mark !== undefined) known.set(deployment.id, deployment.mark);
    }
    client.release();
  } catch (error) {
    // What is left of a statement that was given up may not answer the next one.
    client.release(true);
    throw error;
  }
}

/** A record that the database refuses must not keep the others away: it is named, and left until its file changes. */
async function mirrorDeployment(
  client: ClientBase,
  { id, record }: ChangedDeployment,
  { log }: MirrorSettings,
): Promise<void> {
  if (record === undefined) return;
  try {
    await writeDeployment(client, record);
  } catch (error) {
    const { kind, reason } = failureOf(error);
    if (kind !== 'row') throw error;
    log.warn({ deployment: id, reason }, 'a deployment is not mirrored: the database refuses its record');
  }
}
