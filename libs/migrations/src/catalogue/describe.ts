import type { SchemaChange } from '@polydev/contract';
import { printableName } from '@polydev/errors';
import type { Difference } from './compare';

/** Kinds whose objects are parts of a table and carry its name before theirs. */
const PARTS = ['column', 'constraint', 'trigger', 'policy'] as const;

/**
 * A schema's change in lines for people: `+ table public.deployments: 7 columns, 1 constraint`, `~ column public.t.sha: text →
 * varchar(40)`, `- index public.t_sha`. The parts of a table that was added or removed are counted, not listed.
 */
export const describeChanges = (changes: readonly SchemaChange[]): readonly string[] => {
  const tables = changes.filter(({ kind, change }) => kind === 'table' && change !== '~');
  const partsOf = new Map(tables.map((table) => [table, changes.filter((one) => isPart(one, table))]));
  const told = new Set([...partsOf.values()].flat());
  return changes
    .filter((one) => !told.has(one))
    .map((one) => line(one, [one.detail, counted(partsOf.get(one) ?? [])].filter(Boolean).join('; ')));
};

/** What differs between shadow and real database, a line an object. */
export const describeDifferences = (differences: readonly Difference[]): readonly string[] =>
  differences.map(({ object, shadow, real }) =>
    printableName(`${object}: on the shadow ${shadow}; on the real database ${real}`),
  );

const line = ({ change, kind, name }: SchemaChange, detail: string) =>
  printableName(`${change} ${kind} ${name}${detail ? `: ${detail}` : ''}`);

const isPart = (one: SchemaChange, table: SchemaChange) =>
  one.change === table.change && PARTS.some((kind) => kind === one.kind) && one.name.startsWith(`${table.name}.`);

const counted = (parts: readonly SchemaChange[]): string =>
  PARTS.map((kind) => ({ kind, count: parts.filter((part) => part.kind === kind).length }))
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) => `${count} ${count === 1 ? kind : kind === 'policy' ? 'policies' : `${kind}s`}`)
    .join(', ');
