import type { Argv } from '../host';
import { quote } from '../quote';
import type { Connection } from './connection';

/**
 * Replaces the login shell, says which process it became, and replaces itself by the command. The number is the one to
 * end: negative where the process leads a group of its own (sshd sees to that), so that a group of others is never hit.
 * The line also parts the command's output from what a login script printed. Field 5 of /proc/…/stat is the group.
 */
const ANNOUNCE =
  'read -r _ _ _ _ g _ 2>/dev/null </proc/$$/stat; [ "$g" = $$ ] && g=-$$ || g=$$; printf "<process %s>\\n" "$g"; exec "$@"';
const MARK = /<process (-?\d+)>\n/;

/** By its path, so that it is the host's shell whatever stands first in PATH. */
const SHELL = '/bin/sh';

/** The command line that announces its process and becomes `argv`. */
export const announcedLine = (argv: Argv): string => `exec ${quote([SHELL, '-c', ANNOUNCE, 'sh', ...argv])}`;

/** A process on the host that was started with {@link announcedLine}. */
export class RemoteProcess {
  #head = Buffer.alloc(0);
  /** Its number, or negative its group's; undefined until the host has said it. */
  #number: string | undefined;
  /** Signals that were asked for before the number was known. */
  readonly #early: ('TERM' | 'KILL')[] = [];

  constructor(
    private readonly connection: Connection,
    /** Asks sshd itself to signal the command: used where it opens no further session. It does not do so for root. */
    private readonly fallback: (name: 'TERM' | 'KILL') => void,
  ) {}

  /** Takes a piece of stdout and returns what of it is the command's own. */
  takeStdout(chunk: Buffer): Buffer {
    if (this.#number !== undefined) return chunk;
    this.#head = Buffer.concat([this.#head, chunk]);
    const mark = MARK.exec(this.#head.toString('latin1'));
    if (!mark) return Buffer.alloc(0);
    this.#number = mark[1] ?? '';
    for (const name of this.#early) this.signal(name);
    return this.#head.subarray(mark.index + mark[0].length);
  }

  /** Signals the process and its group, over a session of its own. */
  signal(name: 'TERM' | 'KILL'): void {
    if (this.connection.isGone) return;
    if (this.#number === undefined) return void this.#early.push(name);
    this.connection.openChannel(quote(['kill', `-${name}`, '--', this.#number]), 'kill').then(
      (channel) => {
        channel.on('error', () => undefined).resume();
        channel.stderr.resume();
      },
      () => this.fallback(name),
    );
  }
}
