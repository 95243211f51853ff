/** Whether a role is the one that asks; a shadow is asked by another role than the real database. */
export const isOurs = (oid: string) => `${oid} = (select oid from pg_roles where rolname = current_user)`;
