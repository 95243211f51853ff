/** A value that prints as `[redacted]`; `reveal()` is called only where it leaves for its receiver. */
export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
  }
  reveal(): string {
    return this.#value;
  }
  toString(): string {
    return '[redacted]';
  }
  toJSON(): string {
    return '[redacted]';
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[redacted]';
  }
}

/** Encrypted values, in memory: whatever prints them gets their names at most. */
export interface WithheldValues {
  /** The text with every value in it replaced by its name. */
  redact(text: string): string;
  /** The values of these names as an environment file, which is the secret itself. */
  fileOf(names: readonly string[]): string;
}

/** An environment's file of encrypted values, as far as it was read. */
export interface EnvironmentSecrets {
  /** Every name, and when its value was last set: nothing secret. */
  readonly names: readonly { readonly name: string; readonly setAt: string }[];
  /** Undefined where nobody decrypted them: a plan needs none. */
  readonly values?: WithheldValues;
}
