import type { Duplex } from 'node:stream';
import { sessionRefused } from '@polydev/errors';
import type { NodeSSH } from 'node-ssh';
import type { Argv, CommandResult, ExecOptions, Host, HostShell, ShellOptions } from '../host';
import { START_PROGRAM } from '../shell/program';
import { RemoteShell } from '../shell/remote-shell';
import { Connection, SessionRefused } from './connection';
import { Execution } from './exec';
import { forward } from './forward';
import type { Transport } from './transport';

/** Commands at a time on one connection; sshd allows 10 sessions (`MaxSessions`), and shells need some of them. */
const PARALLEL = 4;

/** Times to ask again for a session when nothing of ours runs that would make room, and milliseconds between. */
const RETRIES = 4;
const RETRY_MS = 50;

/** A host over one SSH connection. */
export class SshHost implements Host {
  readonly name: string;
  readonly address: string;
  readonly redact?: (text: string) => string;
  readonly #connection: Connection;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(
    ssh: NodeSSH,
    facts: {
      readonly host: string;
      readonly address: string;
      readonly transport: Transport;
      readonly silenceMs: number;
      readonly redact?: ((text: string) => string) | undefined;
    },
  ) {
    this.name = facts.host;
    this.address = facts.address;
    if (facts.redact) this.redact = facts.redact;
    this.#connection = new Connection(ssh, facts);
  }

  async exec(argv: Argv, options: ExecOptions = {}): Promise<CommandResult> {
    const execution = new Execution({ connection: this.#connection, host: this }, argv, options);
    while (this.#running >= PARALLEL) await this.#nextEnd();
    return this.#inSession(async () => {
      this.#running += 1;
      try {
        return await execution.run();
      } finally {
        this.#running -= 1;
        this.#waiting.splice(0).forEach((wake) => wake());
      }
    });
  }

  async connect(address: string, port: number): Promise<Duplex> {
    return forward(this.#connection, this.name, { address, port });
  }

  async openShell(options: ShellOptions): Promise<HostShell> {
    const shown = `lock ${options.lockFile}`;
    const channel = await this.#inSession(() => this.#connection.openChannel(START_PROGRAM, shown));
    return new RemoteShell(this, channel, options).open();
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  /** Where sshd refuses a session, the end of a running command makes room; it may come a little after our seeing it. */
  async #inSession<Value>(work: () => Promise<Value>): Promise<Value> {
    for (let alone = 0; alone < RETRIES;) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof SessionRefused)) throw error;
      }
      if (this.#running > 0) {
        await this.#nextEnd();
      } else {
        alone += 1;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
    throw sessionRefused({ host: this.name });
  }

  #nextEnd(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
