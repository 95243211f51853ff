/** Short names and what PostgreSQL calls the type (https://www.postgresql.org/docs/current/datatype.html, table 8.1). */
const FULL_NAMES: Readonly<Record<string, string>> = {
  varchar: 'character varying',
  char: 'character',
  int: 'integer',
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  decimal: 'numeric',
  bool: 'boolean',
  float4: 'real',
  float8: 'double precision',
  timestamptz: 'timestamp with time zone',
  timestamp: 'timestamp without time zone',
};

interface Type {
  readonly name: string;
  readonly sizes: readonly number[];
}

const typeOf = (text: string): Type => {
  const sizes = /\(([\d, ]+)\)/.exec(text)?.[1]?.split(',').map(Number) ?? [];
  const name = text
    .replace(/\s*\([\d, ]+\)/, '')
    .replace(/^pg_catalog\./, '')
    .trim();
  return { name: FULL_NAMES[name] ?? name, sizes };
};

const WHOLE_NUMBERS = ['smallint', 'integer', 'bigint', 'numeric'];

/** Whether each value of one type is a value of the other: what may be changed without losing any. */
export const holdsAllOf = (to: string, from: string): boolean => {
  const [wide, narrow] = [typeOf(to), typeOf(from)];
  if (wide.name === 'text') return ['text', 'character varying', 'character', 'citext'].includes(narrow.name);
  if (wide.name === 'double precision' && narrow.name === 'real') return true;
  if (wide.name === 'jsonb' && narrow.name === 'json') return true;
  if (WHOLE_NUMBERS.includes(wide.name) && WHOLE_NUMBERS.includes(narrow.name) && wide.name !== narrow.name) {
    return wide.sizes.length === 0 && WHOLE_NUMBERS.indexOf(wide.name) > WHOLE_NUMBERS.indexOf(narrow.name);
  }
  return wide.name === narrow.name && sizesHold(wide, narrow);
};

/** No size is the largest; of `numeric(p, s)` neither the digits before the point nor those behind it may become fewer. */
const sizesHold = ({ name, sizes }: Type, narrow: Type): boolean => {
  const [size, scale = 0] = sizes;
  const [was, scaleWas = 0] = narrow.sizes;
  if (size === undefined) return name !== 'character' || was === undefined || was <= 1;
  if (was === undefined) return false;
  return size - scale >= was - scaleWas && scale >= scaleWas;
};

/** Whether a change leaves the table's pages as they are: `text` and ever longer `varchar` are stored alike. */
export const keepsStorage = (to: string, from: string): boolean => {
  const [wide, narrow] = [typeOf(to), typeOf(from)];
  if (!holdsAllOf(to, from)) return false;
  return wide.name === narrow.name
    ? wide.name !== 'character'
    : wide.name === 'text' && narrow.name === 'character varying';
};
