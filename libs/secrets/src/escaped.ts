/** A value between double quotes: systemd and the shell take these, and no others, from behind a backslash. */
export const escaped = (value: string): string => value.replace(/["\\`$]/g, (character) => `\\${character}`);
