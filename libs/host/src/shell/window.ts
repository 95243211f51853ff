/** How many more bytes may be sent; whoever wants to send waits here until the host has asked for some. */
export class Window {
  #bytes: number;
  #closed = false;
  #waiting: (() => void) | undefined;

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  grant(bytes: number): void {
    this.#bytes += bytes;
    this.#wake();
  }

  /** Nothing more is wanted: who waits is told so. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /** Resolves to how many of `wanted` bytes may be sent now, at least 1; to 0 when nothing more is wanted. */
  async take(wanted: number): Promise<number> {
    while (this.#bytes === 0 && !this.#closed) await new Promise<void>((resolve) => (this.#waiting = resolve));
    if (this.#closed) return 0;
    const taken = Math.min(wanted, this.#bytes);
    this.#bytes -= taken;
    return taken;
  }

  #wake(): void {
    this.#waiting?.();
    this.#waiting = undefined;
  }
}
