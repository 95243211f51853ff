/**
 * The frames between a deployer and `programs/shell.pl` on the host:
 * length (4 bytes, big endian, of what follows) | type (1 byte) | call (4 bytes, big endian) | payload.
 * A call is one request of the deployer's, by number; 0 where a frame belongs to none.
 */
export interface Frame {
  readonly type: string;
  readonly call: number;
  readonly payload: Buffer;
}

/** From the deployer. Fields of a payload are parted by NUL. */
export const REQUEST = {
  /** lock file, heartbeat in ms, holder as JSON */
  open: 'O',
  heartbeat: 'H',
  /** keep the lock (1 or empty), time limit in ms or 0, cwd or empty, count of variables, variables, argv; each ends with NUL */
  run: 'R',
  /** stdin of a run */
  data: 'D',
  endOfInput: 'E',
  cancel: 'X',
  /** path, line */
  append: 'A',
  /** mode in octal, path, content */
  writeFile: 'W',
  /** The deployer knows of the failed append: calls from here on are served again. */
  clear: 'C',
  release: 'Q',
} as const;

/** From the host. */
export const REPLY = {
  /** The program runs; whatever a login script printed ends here. */
  hello: 'M',
  locked: 'L',
  /** Somebody else has the lock: the JSON beside it. */
  held: 'B',
  /** More bytes of a run's stdin may be sent: a count of 4 bytes. */
  credit: 'K',
  stdout: 'o',
  stderr: 'e',
  /** A run ended: exit code or empty, signal or empty, reason (empty, `canceled` or `timed-out`). */
  ended: 'Z',
  done: 'G',
  /** `append`, `failed` or (because of an earlier append) `skipped`, errno, message; of the open request: errno, message */
  failed: 'F',
} as const;

/** Bytes of a run's stdin that may be sent before the host has asked for any; the same number stands in shell.pl. */
export const FIRST_WINDOW = 65_536;

/** More than any frame of ours; a longer one means that something else is talking. */
const LONGEST = 256 * 1024 * 1024;

/** What stands before a payload of `length` bytes. */
export const encodeHeader = (type: string, call: number, length: number): Buffer => {
  const header = Buffer.allocUnsafe(9);
  header.writeUInt32BE(5 + length, 0);
  header.write(type, 4, 'latin1');
  header.writeUInt32BE(call, 5);
  return header;
};

export const encodeFrame = (type: string, call: number, payload: Buffer | string = ''): Buffer => {
  const body = typeof payload === 'string' ? Buffer.from(payload) : payload;
  return Buffer.concat([encodeHeader(type, call, body.length), body]);
};

/** What `shell.pl` says first. A login script that prints does so before it. */
const HELLO = encodeFrame(REPLY.hello, 0);

/** Cuts a byte stream into frames, from the host's first one on. Throws when the bytes are no frames. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);
  #greeted = false;

  read(chunk: Buffer): Frame[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    if (!this.#greeted && !this.#greet()) return [];
    const frames: Frame[] = [];
    for (let frame = this.#next(); frame; frame = this.#next()) frames.push(frame);
    return frames;
  }

  #greet(): boolean {
    const start = this.#rest.indexOf(HELLO);
    if (start < 0) return false;
    this.#rest = this.#rest.subarray(start);
    this.#greeted = true;
    return true;
  }

  #next(): Frame | undefined {
    if (this.#rest.length < 9) return undefined;
    const length = this.#rest.readUInt32BE(0);
    if (length < 5 || length > LONGEST) throw new Error(`not a frame: length ${length}`);
    if (this.#rest.length < 4 + length) return undefined;
    const type = this.#rest.toString('latin1', 4, 5);
    const frame = { type, call: this.#rest.readUInt32BE(5), payload: this.#rest.subarray(9, 4 + length) };
    this.#rest = this.#rest.subarray(4 + length);
    return frame;
  }
}
