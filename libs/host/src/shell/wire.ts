import { type CommandChannel, type CommandEnd, ended } from '../command-channel';
import { Tail } from '../output';
import { encodeFrame, encodeHeader, type Frame, FrameReader } from './frames';

/** How the program on the host ended: nothing known where the connection itself went. */
export interface WireEnd extends CommandEnd {
  readonly stderr: string;
}

/** Frames over one channel. Frames are sent in the order of the calls of {@link send}. */
export class Wire {
  #stderr = new Tail(8192);
  #reader = new FrameReader();
  #ended = false;

  constructor(
    private readonly channel: CommandChannel,
    private readonly listener: { readonly onFrame: (frame: Frame) => void; readonly onEnd: (end: WireEnd) => void },
  ) {
    channel.on('data', (chunk: Buffer) => this.#read(chunk));
    channel.stderr.on('data', (chunk: Buffer) => this.#stderr.push(chunk));
    channel.on('error', () => undefined);
    void ended(channel).then((end) => this.#end(end));
  }

  sendRaw(bytes: Buffer): void {
    if (!this.#ended) this.channel.write(bytes);
  }

  send(type: string, call: number, payload: Buffer | string = ''): void {
    this.sendRaw(encodeFrame(type, call, payload));
  }

  /** Like {@link send}, without copying the payload: for many megabytes. */
  sendUncopied(type: string, call: number, payload: Buffer): void {
    this.sendRaw(encodeHeader(type, call, payload.length));
    this.sendRaw(payload);
  }

  /** Ends the channel from this side; the program on the host sees the end of its input. */
  close(): void {
    this.channel.end();
  }

  #read(chunk: Buffer): void {
    let frames: Frame[];
    try {
      frames = this.#reader.read(chunk);
    } catch (error) {
      this.#stderr.push(Buffer.from(`The host answers in an unknown way: ${String(error)}`));
      this.channel.destroy();
      return;
    }
    for (const frame of frames) this.listener.onFrame(frame);
  }

  #end(end: CommandEnd): void {
    this.#ended = true;
    this.listener.onEnd({ ...end, stderr: this.#stderr.text().trim() });
  }
}
