import type pg from 'pg';
import { databaseConnectionLost, databaseStatementFailed, migrationFailed } from '@polydev/errors';
import { ALREADY_APPLIED, type ApplyOutcome, type Database } from '../driver';
import { type ConnectionTarget, addressOf } from './connection-string';
import { type DriverError, connectError } from './connect-error';
import { serverFailure } from './statement-error';

/** A pool of connections to one database, with what its messages need. */
interface Connected {
  readonly pool: pg.Pool;
  readonly target: ConnectionTarget;
  readonly variable: string;
  /** Ends the forwarding too, where there is one. */
  readonly close: () => Promise<void>;
}

/** The database behind a pool. Each call takes a connection of its own, for one simple-protocol message. */
export const postgresDatabase = (connected: Connected): Database => {
  const address = addressOf(connected.target);
  let whyUnknown: string | undefined;

  const ask = async (sql: string): Promise<Answer> => {
    const answer = await send(connected, sql);
    if (answer.kind === 'failed') throw databaseStatementFailed({ address, failure: answer.failure });
    if (answer.kind === 'lost') throw databaseConnectionLost({ address, reason: answer.reason });
    return answer;
  };
  const apply = async (sql: string, failed: (failure: Failure) => Error): Promise<ApplyOutcome> => {
    const answer = await send(connected, sql);
    if (answer.kind === 'answered') return 'applied';
    if (answer.kind === 'lost') {
      whyUnknown = answer.reason;
      return 'unknown';
    }
    if (answer.failure.sqlState === ALREADY_APPLIED) return 'already-applied';
    throw failed(answer.failure);
  };

  return {
    driver: 'postgres',
    address,
    exec: async (sql) => {
      await ask(sql);
    },
    rows: async <T>(sql: string) => lastRows(await ask(sql)) as readonly T[],
    apply: (migration, script) =>
      // One message: a deployer that dies in the middle leaves a transaction that the server ends by itself, with its record in it.
      apply(`begin;\n${script}\n;commit;`, (failure) => migrationFailed({ migration, transaction: 'file', failure })),
    applyAlone: (migration, statement) =>
      apply(statement, (failure) => migrationFailed({ migration, transaction: 'none', failure })),
    whyUnknown: () => whyUnknown,
    reconcile: async () => [],
    advise: async () => [],
    close: connected.close,
  };
};

/**
 * Logs in and asks for nothing, so that what stands in the way is known before anything is done. A pooler lets everybody in and
 * tells with the first statement what the server has against it. Throws what `openPostgres` says.
 */
export const logIn = async (connected: Connected): Promise<void> => {
  const { target, variable } = connected;
  const answer = await send(connected, 'select 1');
  if (answer.kind === 'failed') throw databaseStatementFailed({ address: addressOf(target), failure: answer.failure });
  if (answer.kind === 'lost') throw connectError(answer.error, target, { variable });
};

type Failure = NonNullable<ReturnType<typeof serverFailure>>;
type Answer =
  | { readonly kind: 'answered'; readonly result: pg.QueryResult | readonly pg.QueryResult[] }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'lost'; readonly reason: string; readonly error: DriverError };

const send = async ({ pool, target, variable }: Connected, sql: string): Promise<Answer> => {
  const client = await pool.connect().catch((error: unknown) => {
    throw connectError(error as DriverError, target, { variable });
  });
  // What happens to the connection is told by the statement's own rejection; a second listener keeps the process alive.
  const ignore = () => undefined;
  client.on('error', ignore);
  let broken = true;
  try {
    const result = await client.query(sql);
    broken = false;
    return { kind: 'answered', result };
  } catch (error) {
    const failure = serverFailure(error, sql);
    if (!failure) return { kind: 'lost', reason: (error as Error).message, error: error as DriverError };
    // After a failing `begin; …` the session is still in that transaction, and a pooler would keep a server for it.
    broken = !(await rolledBack(client));
    return { kind: 'failed', failure };
  } finally {
    client.off('error', ignore);
    client.release(broken);
  }
};

const rolledBack = (client: pg.PoolClient): Promise<boolean> =>
  client.query('rollback').then(
    () => true,
    () => false,
  );

/** Several statements in one message have a result each. */
const lastRows = (answer: Answer): readonly unknown[] => {
  if (answer.kind !== 'answered') return [];
  const { result } = answer;
  return (Array.isArray(result) ? (result as pg.QueryResult[]).at(-1)?.rows : (result as pg.QueryResult).rows) ?? [];
};
