import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import type { Connection, PseudoTtyInfo, ServerChannel, Session } from 'ssh2';
import { makeFolders, type Layout } from '../layout';
import { signalTo } from '../processes';
import { sentenceOf } from '../sentence-of';
import { ChannelOutput } from './channel-output';

const KILL_AFTER_MS = 2_000;
const SCRIPT = '/usr/bin/script'; // script(1) of util-linux: the pseudo terminal that Node cannot make

/** How commands of clients are run. */
export interface CommandSettings {
  readonly layout: Layout;
  readonly environment: Readonly<Record<string, string>>;
}

type Command = ChildProcessByStdio<Writable, Readable, Readable>;
type Argv = readonly [string, ...string[]];

function start([program, ...args]: Argv, { layout, environment }: CommandSettings): Command {
  makeFolders(layout); // whoever wants an empty server may delete its root at any time
  // Detached makes it the leader of a process group, which is ended as one when the client goes away.
  return spawn(program, args, { cwd: layout.root, env: environment, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
}

function endGroup(command: Command): void {
  const { pid } = command;
  if (pid === undefined || command.exitCode !== null || command.signalCode !== null) return;
  signalTo(-pid, 'SIGTERM');
  setTimeout(() => signalTo(-pid, 'SIGKILL'), KILL_AFTER_MS);
}

function feed(channel: ServerChannel, command: Command): void {
  // A command may end or close its input without reading all of it; the rest is read and dropped.
  command.stdin.on('error', () => channel.resume());
  command.stdin.on('close', () => channel.resume());
  channel.on('error', () => endGroup(command));
  channel.pipe(command.stdin);
}

async function serveCommand(channel: ServerChannel, command: Command, closed: Promise<void>): Promise<void> {
  const output = new ChannelOutput(channel, closed);
  feed(channel, command);
  const ended = once(command, 'exit') as Promise<[code: number | null, signal: string | null]>;
  const copied = Promise.allSettled([output.copy(command.stdout, 'stdout'), output.copy(command.stderr, 'stderr')]);
  // As OpenSSH does, the channel stays open until the last holder of the command's output has closed it.
  const [[code, signal]] = await Promise.all([ended, copied]);
  if (signal !== null) channel.exit(signal.replace(/^SIG/, ''));
  else channel.exit(code ?? 0);
  channel.end();
}

function shellArgv(terminal: PseudoTtyInfo | undefined): Argv {
  if (!terminal || !existsSync(SCRIPT) || !existsSync('/bin/bash')) return ['/bin/sh'];
  const size = `stty rows ${terminal.rows || 24} cols ${terminal.cols || 80}`;
  return [SCRIPT, '-q', '-e', '-c', `${size}; exec /bin/bash --norc -i`, '/dev/null'];
}

/**
 * Serves one session of a client: a command, run by `/bin/sh -c` in the sandbox's root with its environment, or a
 * shell. When the client or the connection goes away first, the command's process group ends.
 */
export function serveSession(session: Session, connection: Connection, settings: CommandSettings): void {
  let terminal: PseudoTtyInfo | undefined;
  const closed = new Promise<void>((resolve) => {
    const onClose = () => {
      connection.off('close', onClose);
      resolve();
    };
    session.on('close', onClose);
    connection.on('close', onClose);
  });
  const run = (channel: ServerChannel, argv: Argv, extra: Record<string, string> = {}) => {
    const command = start(argv, { ...settings, environment: { ...settings.environment, ...extra } });
    void closed.then(() => endGroup(command));
    session.on(
      'signal',
      (_accept, _reject, { name }) => command.pid && signalTo(-command.pid, `SIG${name}` as NodeJS.Signals),
    );
    serveCommand(channel, command, closed).catch((error: unknown) => {
      channel.stderr.write(`sandbox: ${sentenceOf(error)}\n`);
      channel.exit(127);
      channel.end();
    });
  };
  session.on('pty', (accept, _reject, info) => {
    terminal = info;
    (accept as (() => void) | undefined)?.();
  });
  session.on('exec', (accept, _reject, { command }) => run(accept(), ['/bin/sh', '-c', command]));
  session.on('shell', (accept) =>
    run(accept(), shellArgv(terminal), { PS1: 'sandbox:\\w\\$ ', TERM: terminal?.term ?? 'dumb' }),
  );
}
