/**
 * Text as a string constant of SQL. The drivers send whole scripts as one message, which has no parameters, so values stand in the
 * text. NUL, which PostgreSQL cannot store, is dropped; a backslash makes it an `E''` constant, whatever the server's settings are.
 */
export const literal = (text: string | undefined): string => {
  if (text === undefined) return 'null';
  const quoted = text.replaceAll('\0', '').replaceAll("'", "''");
  return quoted.includes('\\') ? ` E'${quoted.replaceAll('\\', '\\\\')}'` : `'${quoted}'`;
};
