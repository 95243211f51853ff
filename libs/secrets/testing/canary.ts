import { randomBytes } from 'node:crypto';

/** A place where the canary was found, told without the canary. */
export interface Leak {
  readonly where: string;
}

/** A value that stands nowhere else, so that wherever it turns up, this secret got there. */
export interface Canary {
  /** What to use as secret: it has characters that shells, JSON and dotenv files quote. */
  readonly value: string;
  /** What to look for: the part of it that no quoting changes, as it is and in the usual encodings. */
  readonly needles: readonly string[];
  /** Whether it stands in a text or in bytes, in any of these forms. */
  isIn(content: string | Uint8Array): boolean;
}

/** Base64 of the text wherever it begins in what is encoded: three alignments, without the characters its neighbours change. */
const base64Forms = (text: string): readonly string[] =>
  [0, 1, 2].map((before) => {
    const encoded = Buffer.from('\0'.repeat(before) + text).toString('base64');
    const whole = Math.floor(((before + text.length) * 8) / 6);
    return encoded.slice(Math.ceil((before * 8) / 6), whole);
  });

/** Every form that a text is looked for in, as Latin-1 so that bytes can be searched too. */
const formsOf = (text: string): readonly string[] => {
  const hex = Buffer.from(text).toString('hex');
  const wide = Buffer.from(text, 'utf16le').toString('latin1');
  return [...new Set([text, hex, hex.toUpperCase(), wide, ...base64Forms(text)])];
};

/** Makes a canary. Only letters and digits are in its middle, so that Base64 and its URL-safe sister are one. */
export const plantCanary = (): Canary => {
  const middle = `canary${randomBytes(12).toString('hex')}`;
  const needles = formsOf(middle);
  return {
    value: `a $(id) '"\\ ${middle} #=%`,
    needles,
    isIn: (content) => {
      const bytes = typeof content === 'string' ? content : Buffer.from(content).toString('latin1');
      return needles.some((needle) => bytes.includes(needle));
    },
  };
};

/** Which of some named texts it stands in: logs, records, what a program printed. */
export const leaksInTexts = (canary: Canary, texts: Readonly<Record<string, string>>): readonly Leak[] =>
  Object.entries(texts)
    .filter(([, text]) => canary.isIn(text))
    .map(([where]) => ({ where }));
