import { Readable } from 'node:stream';
import { commandFailed as commandFailedError } from '@polydev/errors';
import type { ClientChannel } from 'ssh2';
import { ended } from '../command-channel';
import { canceled, timedOut } from '../command-error';
import type { Argv, CommandResult, ExecOptions, Host } from '../host';
import { showCommand, Tail } from '../output';
import type { Connection } from './connection';
import { announcedLine, RemoteProcess } from './remote-process';

/** Bytes of stdout, or of stderr, that a command may write. */
const LIMIT = 64 * 1024 * 1024;
const KILL_AFTER_MS = 3_000;

/** Why a command was ended from here. */
type Ending = 'canceled' | 'timed-out' | 'too-long' | 'input';

interface On {
  readonly connection: Connection;
  readonly host: Pick<Host, 'name' | 'redact'>;
}

/** One command on a channel of its own. */
export class Execution {
  #ending: Ending | undefined;
  #inputError: unknown;
  #process: RemoteProcess | undefined;
  #killTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly on: On,
    private readonly argv: Argv,
    private readonly options: ExecOptions,
  ) {
    // It may break while this waits for its turn. Half an input must not look like a whole one, so the command is ended.
    if (options.stdin instanceof Readable) {
      options.stdin.on('error', (error) => {
        this.#inputError = error;
        this.#end('input');
      });
    }
  }

  /**
   * Runs it. Throws COMMAND_TIMED_OUT, COMMAND_CANCELED, CONNECTION_LOST; COMMAND_FAILED for output beyond the limit;
   * `SessionRefused` when it could not begin.
   */
  async run(): Promise<CommandResult> {
    const { signal, timeoutMs } = this.options;
    if (signal?.aborted) throw canceled(this.argv, this.on.host);
    const begun = performance.now();
    const channel = await this.on.connection.openChannel(announcedLine(this.argv), showCommand(this.argv));
    const abort = () => this.#end('canceled');
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) abort();
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => this.#end('timed-out'), timeoutMs);
    try {
      const end = await this.#follow(channel);
      return this.#judge({ argv: this.argv, ...end, durationMs: Math.round(performance.now() - begun) });
    } finally {
      signal?.removeEventListener('abort', abort);
      clearTimeout(timer);
      clearTimeout(this.#killTimer);
    }
  }

  async #follow(channel: ClientChannel): Promise<Pick<CommandResult, 'exitCode' | 'signal' | 'stdout' | 'stderr'>> {
    const limit = this.options.maxOutput ?? LIMIT;
    const [stdout, stderr] = [new Tail(limit), new Tail(limit)];
    const take = (tail: Tail, chunk: Buffer) => {
      tail.push(chunk);
      if (tail.total > limit) this.#end('too-long');
    };
    const process = new RemoteProcess(this.on.connection, (name) => channel.signal(name));
    channel.on('data', (chunk: Buffer) => take(stdout, process.takeStdout(chunk)));
    channel.stderr.on('data', (chunk: Buffer) => take(stderr, chunk));
    this.#process = process;
    if (this.#ending) this.#kill(process);
    feed(this.options.stdin, channel);
    const end = await ended(channel);
    return { ...end, stdout: stdout.text(), stderr: stderr.text() };
  }

  #end(why: Ending): void {
    if (this.#ending) return;
    this.#ending = why;
    if (this.#process) this.#kill(this.#process);
  }

  /** Asks it to end, and makes it end after three seconds. */
  #kill(process: RemoteProcess): void {
    process.signal('TERM');
    this.#killTimer = setTimeout(() => process.signal('KILL'), KILL_AFTER_MS);
  }

  #judge(result: CommandResult): CommandResult {
    const { connection, host } = this.on;
    const command = showCommand(this.argv);
    switch (this.#ending) {
      case 'canceled':
        throw canceled(this.argv, host);
      case 'timed-out':
        throw timedOut(result, host, this.options.timeoutMs ?? 0);
      case 'input':
        throw this.#inputError as Error;
      case 'too-long': {
        const how = `more than ${this.options.maxOutput ?? LIMIT} bytes of output`;
        throw commandFailedError({ host: host.name, command, ended: how, output: '  It was ended.' });
      }
      case undefined:
        if (result.exitCode === undefined && !result.signal) throw connection.lost(command);
        return result;
    }
  }
}

/** A command that reads no more closes its channel; what is left of the input then goes nowhere. */
const feed = (stdin: ExecOptions['stdin'], channel: ClientChannel): void => {
  channel.on('error', () => undefined);
  if (!(stdin instanceof Readable)) return void channel.end(stdin);
  channel.on('close', () => stdin.destroy());
  stdin.pipe(channel);
};
