import { readFileSync } from 'node:fs';
import type { Database } from '../src/drivers/driver';
import { openPostgres } from '../src/drivers/postgres/open';
import { readMigrations } from '../src/files';
import { AUTHOR, attempt } from './engine-database';

/** A deployer as a process of its own, so that a test can kill or stop it: reads its input from a file, prints JSON lines. */
export interface DeployerInput {
  readonly url: string;
  readonly directory: string;
  readonly leaseTtlMs: number;
  readonly halt?: Halt;
}

/** The moment at which it sends itself a signal. */
export interface Halt {
  /** Which of its calls to the database, counted from 1; the lease's heartbeat, which has a timer of its own, is not counted. */
  readonly call: number;
  /** Before the call, or while the database works on it. */
  readonly when: 'before' | 'during';
  readonly signal: 'SIGKILL' | 'SIGSTOP';
}

/** What it prints: each call to the database, each event, and the end. */
export type DeployerLine =
  | { readonly call: number; readonly method: string }
  | { readonly event: string }
  | { readonly ended: 'well' }
  | { readonly ended: string; readonly message: string };

const { url, directory, leaseTtlMs, halt } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as DeployerInput;
const print = (line: DeployerLine) => void process.stdout.write(`${JSON.stringify(line)}\n`);

/** The work of a file of the tests takes 200 ms. */
const DURING_MS = 60;

let calls = 0;
/** Counts the calls, and halts the process at one of them. */
const halting = <A extends unknown[], T>(method: string, call: (...args: A) => Promise<T>) => {
  return async (...args: A): Promise<T> => {
    if (args.some((sql) => typeof sql === 'string' && sql.includes('renewed as'))) return call(...args);
    calls += 1;
    const now = calls === halt?.call ? halt : undefined;
    print({ call: calls, method });
    if (now?.when === 'before') process.kill(process.pid, now.signal);
    if (now?.when === 'during') setTimeout(() => process.kill(process.pid, now.signal), DURING_MS);
    return call(...args);
  };
};

const watched = (database: Database): Database => ({
  ...database,
  exec: halting('exec', database.exec),
  rows: halting('rows', database.rows) as Database['rows'],
  apply: halting('apply', database.apply),
  applyAlone: halting('applyAlone', database.applyAlone),
});

const main = async () => {
  const database = await openPostgres({ driver: 'postgres', urlVariable: 'URL' }, { URL: url });
  const input = { database: watched(database), author: AUTHOR, shadow: undefined, leaseTtlMs };
  const report = ({ event }: { readonly event: string }) => print({ event });
  const { error } = await attempt({ ...input, report }, () => readMigrations(directory));
  print(error ? { ended: error.code, message: error.message } : { ended: 'well' });
  await database.close();
};
void main();
