import { connectionLost } from '@polydev/errors';
import { canceled, timedOut } from '../command-error';
import type { Argv, CommandResult, Host, ShellRunOptions } from '../host';
import { showCommand, Tail } from '../output';
import { feed } from './feed';
import { FIRST_WINDOW, type Frame, REPLY, REQUEST } from './frames';
import { Window } from './window';
import type { Wire } from './wire';

/** Bytes kept of each output stream of a run. */
const KEPT = 1024 * 1024;

/** A call that waits for the host. */
export interface Call {
  /** What it does, for messages. */
  readonly shown: string;
  /** Takes a frame; true when it was the last one. */
  accept(frame: Frame): boolean;
  reject(error: unknown): void;
}

/** One command of a shell, from its request to its end. */
export class CommandCall implements Call {
  readonly shown: string;
  readonly done: Promise<CommandResult>;
  #settle!: { resolve: (result: CommandResult) => void; reject: (error: unknown) => void };
  readonly #stdout: Tail;
  readonly #stderr: Tail;
  readonly #window = new Window(FIRST_WINDOW);
  #inputError: unknown;
  #over = false;

  constructor(
    private readonly argv: Argv,
    private readonly options: ShellRunOptions,
    private readonly at: {
      readonly host: Host;
      readonly wire: Wire;
      readonly id: number;
      readonly since: () => number;
    },
  ) {
    this.shown = showCommand(argv);
    this.#stdout = new Tail(options.maxOutput ?? KEPT);
    this.#stderr = new Tail(options.maxOutput ?? KEPT);
    this.done = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
  }

  /** Sends the request; the input follows as the host asks for it. */
  start(): void {
    const { wire, id } = this.at;
    wire.send(REQUEST.run, id, runPayload(this.argv, this.options));
    this.options.signal?.addEventListener('abort', this.#abort);
    feed(this.options.stdin, { wire, call: id, window: this.#window }).catch((error: unknown) => {
      if (this.#over) return;
      this.#inputError = error;
      wire.send(REQUEST.cancel, id);
    });
  }

  accept({ type, payload }: Frame): boolean {
    if (type === REPLY.stdout) this.#takeStdout(payload);
    else if (type === REPLY.stderr) this.#stderr.push(payload);
    else if (type === REPLY.credit) this.#window.grant(payload.readUInt32BE(0));
    else if (type === REPLY.ended) this.#end(payload.toString());
    return type === REPLY.ended;
  }

  reject(error: unknown): void {
    this.#finish();
    this.#settle.reject(error);
  }

  #takeStdout(bytes: Buffer): void {
    const { stdout } = this.options;
    if (stdout?.writable) stdout.write(bytes);
    else if (!stdout) this.#stdout.push(bytes);
  }

  #end(payload: string): void {
    const [code = '', signal, reason = ''] = payload.split('\0');
    const result: CommandResult = {
      argv: this.argv,
      exitCode: code === '' ? undefined : Number(code),
      signal: signal || undefined,
      stdout: this.#stdout.text(),
      stderr: this.#stderr.text(),
      durationMs: Math.round(performance.now() - this.at.since()),
    };
    this.#finish();
    const error = this.#inputError ?? this.#errorFor(result, reason);
    if (error) this.#settle.reject(error);
    else this.#settle.resolve(result);
  }

  #errorFor(result: CommandResult, reason: string): unknown {
    const { host } = this.at;
    if (reason === '') return undefined;
    if (reason === 'canceled') return canceled(this.argv, host);
    if (reason === 'timed-out') return timedOut(result, host, this.options.timeoutMs ?? 0);
    return connectionLost({ host: host.name, reason, during: this.shown });
  }

  readonly #abort = () => this.at.wire.send(REQUEST.cancel, this.at.id);

  #finish(): void {
    this.#over = true;
    this.#window.close();
    this.options.signal?.removeEventListener('abort', this.#abort);
    const { stdin } = this.options;
    if (stdin && typeof stdin === 'object' && 'destroy' in stdin) stdin.destroy();
  }
}

const runPayload = (argv: Argv, { keepLock = true, timeoutMs, cwd, env }: ShellRunOptions): string => {
  const variables = Object.entries(env ?? {}).map(([name, value]) => `${name}=${value}`);
  const limit = timeoutMs === undefined ? 0 : Math.max(1, Math.round(timeoutMs));
  const fields = [keepLock ? '1' : '', limit, cwd ?? '', variables.length, ...variables, ...argv];
  return fields.map((field) => `${field}\0`).join('');
};
