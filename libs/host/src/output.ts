import type { Argv } from './host';

/** Keeps the last `limit` bytes of a stream; what came before is dropped. */
export class Tail {
  #chunks: Buffer[] = [];
  #kept = 0;
  /** Bytes that ever came. */
  total = 0;

  constructor(private readonly limit: number) {}

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#kept += chunk.length;
    this.total += chunk.length;
    for (let first = this.#chunks[0]; first && this.#kept - first.length >= this.limit; first = this.#chunks[0]) {
      this.#chunks.shift();
      this.#kept -= first.length;
    }
  }

  /** The kept bytes as UTF-8; a character cut at the front is left out. */
  text(): string {
    const all = Buffer.concat(this.#chunks);
    const cut = all.subarray(Math.max(0, all.length - this.limit));
    const whole = cut.length < this.total ? cut.findIndex((byte) => (byte & 0xc0) !== 0x80) : 0;
    return cut.toString('utf8', Math.max(0, whole));
  }
}

/** Control characters (a terminal would obey them) as `\xNN`; newlines and tabs stay. */
export const escapeControl = (text: string): string =>
  text.replace(/\p{Cc}/gu, (character) => {
    if (character === '\n' || character === '\t') return character;
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });

const PLAIN = /^[\w@%+=:,./-]+$/;

/** A command for people, not for a shell: quoted where it has to be, on one line, at most 300 characters. */
export const showCommand = (argv: Argv): string => {
  const words = argv
    .map(withoutProgram)
    .map((word) => (PLAIN.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`));
  const line = escapeControl(words.join(' ')).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
  return line.length > 300 ? `${line.slice(0, 297)}...` : line;
};

/** A whole program given as an argument: its first line, which is its title, stands for it. */
const withoutProgram = (word: string): string => {
  const lines = word.split('\n');
  return lines.length > 3 ? `${lines[0] ?? ''} …` : word;
};

/** The last `count` lines of what a command wrote, escaped and indented by two spaces; `Nothing written` if there are none. */
export const lastLines = (result: { readonly stdout: string; readonly stderr: string }, count = 15): string => {
  const written = [result.stderr, result.stdout].map((text) => escapeControl(text.replaceAll('\r\n', '\n')).trimEnd());
  const lines = written.filter((text) => text !== '').flatMap((text) => text.split('\n').slice(-count));
  return lines.length > 0 ? lines.map((line) => `  ${line.slice(0, 500)}`).join('\n') : '  Nothing written';
};
