/**
 * Text that came from a host, with everything that could drive a terminal (escape sequences, carriage returns) made
 * visible. Newlines and tabs stay.
 */
export const printable = (text: string): string =>
  text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
