import { sqlStateOf } from '../drivers/sql-state';
import type { Shadow } from './open-shadow';

/**
 * What a statement may fail with because an extension is missing or empty: feature not supported, undefined file, function, object,
 * table, column and schema (https://www.postgresql.org/docs/current/errcodes-appendix.html).
 */
const LACKING = new Set(['0A000', '58P01', '42883', '42704', '42P01', '42703', '3F000']);

/**
 * The objects that a shadow lacks and that a migration's failure on it may come from; empty where the failure is the migration's own.
 */
export const shadowCannotJudge = (error: unknown, { notHeld }: Pick<Shadow, 'notHeld'>): readonly string[] =>
  LACKING.has(sqlStateOf(error) ?? '') ? notHeld : [];
