import { isOpsError, migrationFailed } from '@polydev/errors';
import type { Migration } from '../../migration';
import { ALREADY_APPLIED, type ApplyOutcome, type Database } from '../driver';
import { ADVISORS, adviceIn, type Advice } from './advisors';
import { type ToolAnswer, rowsIn } from './answer';
import { type Asking, callPatiently, refusal, textOrThrow } from './ask';
import { ADD_MISSING, TABLES_THERE, listWithService, realign, realignedLine, serviceName } from './parity';
import { supabaseAddress } from './transport';

type Named = Pick<Migration, 'version' | 'name'>;

/** How often a migration is sent again because the service had stamped another one with the same second. */
const SAME_SECOND_ATTEMPTS = 5;

/** A Supabase project behind an MCP server. */
export const supabaseDatabase = (asking: Asking): Database => {
  const { config, session } = asking;
  const address = supabaseAddress(config);
  const rows = <T>(sql: string): Promise<readonly T[]> => select<T>(asking, sql);
  let whyUnknown: string | undefined;
  const outcome = (answer: ToolAnswer, facts: { migration: Named; transaction: 'file' | 'none' }): ApplyOutcome => {
    if (answer.kind === 'lost') whyUnknown = answer.reason;
    return outcomeOf(answer, { ...facts, asking });
  };
  const applyFile = fileApplier(asking);
  return {
    driver: 'supabase-mcp',
    address,
    rows,
    exec: async (sql) => void textOrThrow(await callPatiently(asking, 'execute_sql', { query: sql }), config),
    apply: async (migration, script) => {
      const result = outcome(await applyFile(migration, script), { migration, transaction: 'file' });
      // An earlier attempt whose answer was lost has left the clock's version too.
      if (result !== 'unknown') await quietly(() => rows(realign(migration)));
      return result;
    },
    applyAlone: async (migration, statement) =>
      outcome(await callPatiently(asking, 'execute_sql', { query: statement }), { migration, transaction: 'none' }),
    whyUnknown: () => whyUnknown,
    reconcile: () => reconcile(rows),
    advise: () => advise(asking),
    close: session.close,
  };
};

const select = async <T>(asking: Asking, sql: string): Promise<readonly T[]> => {
  const text = textOrThrow(await callPatiently(asking, 'execute_sql', { query: sql }), asking.config);
  return (rowsIn(text) ?? []) as readonly T[];
};

/**
 * Applies a file through the service's migrations, which lists it there; where the token may not use those, by `execute_sql`, with
 * the same entry made by the script itself.
 */
const fileApplier = (asking: Asking): ((migration: Named, script: string) => Promise<ToolAnswer>) => {
  let bySql = false;
  return async (migration, script) => {
    // A server may be started without it: read-only, or without the group of tools that it is in.
    bySql ||= !(await asking.session.has('apply_migration'));
    for (let attempt = 1; !bySql; attempt += 1) {
      // The line break ends a comment in the last line, which would swallow what the service appends.
      const answer = await callPatiently(asking, 'apply_migration', {
        name: serviceName(migration),
        query: `${script}\n`,
      });
      bySql = answer.kind === 'refused' && answer.why === 'access';
      if (!bySql && (attempt === SAME_SECOND_ATTEMPTS || !isSameSecond(answer))) return answer;
      if (!bySql) await makeRoom(asking);
    }
    const query = `begin;\n${script}\n;${listWithService(migration)}\ncommit;`;
    return callPatiently(asking, 'execute_sql', { query });
  };
};

/** The service stamps by the second, and two of one second collide: an earlier one of ours is moved away, any other is waited for. */
const makeRoom = async (asking: Asking): Promise<void> => {
  await quietly(() => select(asking, realign()));
  await asking.wait(1_000);
};

const isSameSecond = (answer: ToolAnswer): boolean =>
  answer.kind === 'failed' &&
  answer.failure.sqlState === '23505' &&
  answer.failure.message.includes('schema_migrations_pkey');

const outcomeOf = (
  answer: ToolAnswer,
  facts: { migration: Named; transaction: 'file' | 'none'; asking: Asking },
): ApplyOutcome => {
  switch (answer.kind) {
    case 'answered':
      return 'applied';
    case 'lost':
      return 'unknown';
    case 'refused':
      throw refusal(answer, facts.asking.config);
    case 'failed':
      if (answer.failure.sqlState === ALREADY_APPLIED) return 'already-applied';
      throw migrationFailed({ ...facts, failure: answer.failure });
  }
};

const reconcile = async (rows: Database['rows']): Promise<readonly string[]> => {
  const [there] = await rows<{ service: boolean; own: boolean }>(TABLES_THERE);
  if (there?.service !== true || !there.own) return [];
  const realigned = await rows<{ name: string; stamped: string; outcome: string }>(realign());
  const added = await rows<{ version: string; name: string }>(ADD_MISSING);
  return [
    ...realigned.map(realignedLine),
    ...added.map((row) => `${serviceName(row)}: it was missing in Supabase's list of migrations and is added.`),
  ];
};

/** What is left undone here is put right by `reconcile` at the next start. */
const quietly = async (work: () => Promise<unknown>): Promise<void> => {
  try {
    await work();
  } catch (error) {
    if (!isOpsError(error)) throw error;
  }
};

/** Advice that cannot be had is no reason to fail a run that is over. */
const advise = async (asking: Asking): Promise<readonly Advice[]> => {
  if (!(await asking.session.has('get_advisors'))) return [];
  const advice: Advice[] = [];
  for (const type of ADVISORS) {
    try {
      const text = textOrThrow(await callPatiently(asking, 'get_advisors', { type }), asking.config);
      advice.push(...adviceIn(text, type));
    } catch (error) {
      if (!isOpsError(error)) throw error;
      advice.push({ level: 'note', text: `${type}: Supabase's advisor did not answer. ${error.message}` });
    }
  }
  return advice;
};
