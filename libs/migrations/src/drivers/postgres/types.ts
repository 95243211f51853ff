import pg from 'pg';

const { builtins } = pg.types;
type TypeId = Parameters<typeof pg.types.getTypeParser>[0];

/** Types whose text is handed on as it is: a Date would lose microseconds, and infinity. */
const AS_TEXT: readonly TypeId[] = [
  builtins.DATE,
  builtins.TIME,
  builtins.TIMETZ,
  builtins.TIMESTAMP,
  builtins.TIMESTAMPTZ,
  builtins.INTERVAL,
];

type Parser = (value: string) => unknown;

/** Turns values into what JSON has, so that rows look alike whether they come by `pg` or as JSON from a service. */
export const jsonLikeTypes: pg.CustomTypesConfig = {
  // pg's own signature returns `any`.
  getTypeParser: ((oid: TypeId): Parser => {
    if (AS_TEXT.includes(oid)) return (value) => value;
    if (oid === builtins.INT8) return Number;
    return pg.types.getTypeParser(oid, 'text') as Parser;
  }) as pg.CustomTypesConfig['getTypeParser'],
};
