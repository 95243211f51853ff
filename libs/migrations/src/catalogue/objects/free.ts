/** An object that an extension brought belongs to the extension, which is listed by itself. */
export const free = (catalogue: string, oid: string) =>
  `not exists (select from pg_depend x where x.classid = '${catalogue}'::regclass and x.objid = ${oid} and x.deptype = 'e')`;
