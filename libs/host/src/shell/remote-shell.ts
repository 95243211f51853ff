import { connectionLost, lockHeld, type OpsError } from '@polydev/errors';
import type { CommandChannel } from '../command-channel';
import { canceled, commandFailed } from '../command-error';
import type { Argv, CommandResult, Host, HostShell, ShellOptions, ShellRunOptions } from '../host';
import { refuseNul } from '../quote';
import { type Call, CommandCall } from './command-call';
import { type Frame, REPLY, REQUEST } from './frames';
import { PROGRAM } from './program';
import { Wire, type WireEnd } from './wire';
import { WriteCall, writeError } from './write-call';

const HEARTBEAT_TIMEOUT_MS = 15_000;
/** Longest pause between two signs of life to the host. */
const HEARTBEAT_MS = 2_000;

/** The calls to `shell.pl` on a host, over the channel in which it was started. */
export class RemoteShell implements HostShell {
  readonly #wire: Wire;
  readonly #calls = new Map<number, Call>();
  #next = 1;
  #lastEnd = 0;
  #greeted = false;
  /** What made the newest failed append fail: calls that were queued behind it fail with the same error. */
  #failure: OpsError | undefined;
  #over: Error | undefined;
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(
    readonly host: Host,
    channel: CommandChannel,
    private readonly options: ShellOptions,
  ) {
    this.#wire = new Wire(channel, { onFrame: (frame) => this.#accept(frame), onEnd: (end) => this.#lost(end) });
  }

  /** Starts the program and takes the lock. Throws LOCK_HELD, NO_PERMISSION, DISK_FULL, TOOL_MISSING, CONNECTION_LOST. */
  async open(): Promise<this> {
    const { lockFile, holder, heartbeatTimeoutMs = HEARTBEAT_TIMEOUT_MS } = this.options;
    refuseNul(lockFile);
    const locked = new Promise<void>((resolve, reject) => {
      this.#calls.set(0, new OpenCall(this.host, this.options, { resolve, reject }));
    });
    this.#wire.sendRaw(PROGRAM);
    this.#wire.send(REQUEST.open, 0, [lockFile, heartbeatTimeoutMs, JSON.stringify(holder)].join('\0'));
    const pause = Math.min(HEARTBEAT_MS, heartbeatTimeoutMs / 5);
    this.#heartbeat = setInterval(() => this.#wire.send(REQUEST.heartbeat, 0), pause).unref();
    await locked;
    return this;
  }

  async run(argv: Argv, options: ShellRunOptions = {}): Promise<CommandResult> {
    refuseNul(...argv, options.cwd ?? '', ...Object.entries(options.env ?? {}).flat());
    this.#mustBeOpen();
    if (options.signal?.aborted) throw canceled(argv, this.host);
    const id = this.#next++;
    const sent = performance.now();
    const since = () => Math.max(sent, this.#lastEnd);
    const call = new CommandCall(argv, options, { host: this.host, wire: this.#wire, id, since });
    this.#calls.set(id, call);
    call.start();
    return call.done;
  }

  async append(path: string, line: string): Promise<void> {
    refuseNul(path, line);
    if (line.includes('\n')) throw new TypeError(`One line at a time: ${JSON.stringify(line)}`);
    return this.#write(REQUEST.append, path, `${path}\0${line}`);
  }

  async writeFile(path: string, content: string, mode = 0o644): Promise<void> {
    refuseNul(path);
    return this.#write(REQUEST.writeFile, path, `${mode.toString(8)}\0${path}\0${content}`);
  }

  async release(): Promise<void> {
    if (this.#over) return;
    const done = this.#write(REQUEST.release, this.options.lockFile, '');
    // The connection's end frees the lock as well.
    await done.catch(() => undefined);
    this.#stop(new Error(`The shell that held ${this.options.lockFile} was released.`));
    this.#wire.close();
  }

  #write(type: string, path: string, payload: string): Promise<void> {
    this.#mustBeOpen();
    const id = this.#next++;
    return new Promise<void>((resolve, reject) => {
      this.#calls.set(id, new WriteCall(path, { resolve, reject }));
      this.#wire.send(type, id, payload);
    });
  }

  #mustBeOpen(): void {
    if (this.#over) throw this.#over;
  }

  #accept(frame: Frame): void {
    if (frame.type === REPLY.hello) this.#greeted = true;
    const call = this.#calls.get(frame.call);
    if (!call) return;
    const failed = frame.type === REPLY.failed && frame.call > 0;
    if (failed) call.reject(this.#failureOf(call, frame.payload));
    else if (!call.accept(frame)) return;
    this.#calls.delete(frame.call);
    this.#lastEnd = performance.now();
  }

  #failureOf(call: Call, payload: Buffer): OpsError {
    const [kind, number, text = ''] = payload.toString().split('\0');
    if (kind === 'skipped' && this.#failure) return this.#failure;
    const path = call instanceof WriteCall ? call.path : call.shown;
    const error = writeError({ host: this.host.name, path, number: Number(number), text });
    if (kind === 'append') {
      this.#failure = error;
      // Sent before the caller can know of the failure: whatever was sent earlier is refused, whatever comes later is served.
      this.#wire.send(REQUEST.clear, 0);
    }
    return error;
  }

  #lost(end: WireEnd): void {
    const result = { argv: ['perl'] as const, stdout: '', durationMs: 0, ...end };
    const reason = end.stderr || 'it was closed';
    const errorFor = (call: Call): Error =>
      this.#greeted || end.exitCode === undefined
        ? connectionLost({ host: this.host.name, reason, during: call.shown })
        : commandFailed(result, this.host);
    for (const call of this.#calls.values()) call.reject(errorFor(call));
    this.#calls.clear();
    this.#stop(connectionLost({ host: this.host.name, reason }));
  }

  #stop(over: Error): void {
    clearInterval(this.#heartbeat);
    this.#over ??= over;
  }
}

/** Waits for the lock. */
class OpenCall implements Call {
  readonly shown: string;

  constructor(
    private readonly host: Host,
    private readonly options: ShellOptions,
    private readonly settle: { readonly resolve: () => void; readonly reject: (error: unknown) => void },
  ) {
    this.shown = `lock ${options.lockFile}`;
  }

  accept({ type, payload }: Frame): boolean {
    if (type === REPLY.locked) this.settle.resolve();
    else if (type === REPLY.held) this.reject(this.#held(payload.toString()));
    else if (type === REPLY.failed) this.reject(this.#failed(payload.toString()));
    else return false;
    return true;
  }

  reject(error: unknown): void {
    this.settle.reject(error);
  }

  #held(holder: string): OpsError {
    return lockHeld({ target: this.options.target, host: this.host.name, ...readHolder(holder) });
  }

  #failed(payload: string): OpsError {
    const [number, text = ''] = payload.split('\0');
    return writeError({ host: this.host.name, path: this.options.lockFile, number: Number(number), text });
  }
}

/** Who holds the lock, as far as the file beside it tells; it may be missing or older than the lock. */
const readHolder = (text: string): { by?: string; since?: string; deployment?: string } => {
  try {
    const { by, from, since, deployment } = JSON.parse(text) as Record<string, unknown>;
    return {
      ...(typeof by === 'string' && { by: typeof from === 'string' && !by.includes(from) ? `${by} from ${from}` : by }),
      ...(typeof since === 'string' && { since }),
      ...(typeof deployment === 'string' && { deployment }),
    };
  } catch {
    return {};
  }
};
