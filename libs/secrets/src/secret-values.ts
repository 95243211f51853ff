import { escaped } from './escaped';

/** A value as programs write it. It was checked to hold whole characters, so that it can be part of an address. */
const writtenForms = (piece: string): readonly string[] => [
  ...new Set([
    piece,
    JSON.stringify(piece).slice(1, -1),
    escaped(piece),
    piece.replaceAll("'", String.raw`'\''`),
    encodeURIComponent(piece),
  ]),
];

/**
 * Decrypted values, by name. Whatever prints, serialises or inspects it gets the names at most; a value comes out only
 * by `reveal`.
 */
export class SecretValues {
  readonly #values: ReadonlyMap<string, string>;

  constructor(values: Iterable<readonly [name: string, value: string]>) {
    this.#values = new Map([...values].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Sorted. */
  get names(): readonly string[] {
    return [...this.#values.keys()];
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The value itself; undefined where there is none of that name. */
  reveal(name: string): string | undefined {
    return this.#values.get(name);
  }

  /** Those of these names alone. */
  only(names: readonly string[]): SecretValues {
    return new SecretValues([...this.#values].filter(([name]) => names.includes(name)));
  }

  /** Every name with its value, sorted, for what hands them on. */
  revealAll(): readonly (readonly [name: string, value: string])[] {
    return [...this.#values];
  }

  /**
   * The text with every value in it replaced by its name: for what others wrote, such as a service's log. A value of
   * several lines is also found line by line, and each as it stands in JSON, in a shell's quotes, in an environment file
   * and in an address. Pieces of less than six characters are left: they are everywhere.
   */
  redact(text: string): string {
    return this.#pieces().reduce((left, [piece, name]) => left.replaceAll(piece, () => `[${name}]`), text);
  }

  /** What a value looks like in a text, the longest first, so that none is a part of one that is still to come. */
  #pieces(): readonly (readonly [piece: string, name: string])[] {
    return [...this.#values]
      .flatMap(([name, value]) => [value, ...value.split('\n')].map((piece) => [piece.trim(), name] as const))
      .flatMap(([piece, name]) => writtenForms(piece).map((form) => [form, name] as const))
      .filter(([piece]) => piece.length >= 6)
      .sort(([a], [b]) => b.length - a.length);
  }

  toString(): string {
    return `[redacted: ${this.names.join(', ')}]`;
  }

  toJSON(): string {
    return this.toString();
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}
