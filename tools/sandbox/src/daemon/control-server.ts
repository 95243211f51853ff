import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { basename, dirname } from 'node:path';
import { sentenceOf } from '../sentence-of';
import { complain, type Reply } from './reply';

/** Answers one call: the program's name and its arguments. */
export type Answer = (program: string, args: readonly string[]) => Promise<Reply>;

// By events: iterating over a socket would close its other direction too.
function received(socket: Socket): Promise<string[]> {
  const chunks: Buffer[] = [];
  return new Promise((resolve, reject) => {
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.once('end', () => resolve(Buffer.concat(chunks).toString('utf8').split('\0')));
    socket.once('error', reject);
  });
}

async function serve(socket: Socket, answer: Answer): Promise<void> {
  const [program = '', ...args] = await received(socket);
  const reply = await answer(program, args).catch((error: unknown) => complain(`sandbox: ${sentenceOf(error)}`, 1));
  const [stdout, stderr] = [Buffer.from(reply.stdout), Buffer.from(reply.stderr)];
  socket.end(Buffer.concat([Buffer.from(`${reply.exitCode} ${stdout.length} ${stderr.length}\n`), stdout, stderr]));
}

/**
 * Listens on the Unix socket over which the sandbox's `systemctl` and `journalctl` reach the daemon.
 *
 * A call is program and arguments with a NUL between them, then end of stream. The answer is one line, exit code,
 * length of standard output and of standard error, then the two.
 */
export async function startControlServer(path: string, answer: Answer): Promise<Server> {
  rmSync(path, { force: true });
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    serve(socket, answer).catch(() => socket.destroy());
  });
  // A socket's path may have 107 bytes only, and a workspace's may be longer: bound by its name from within its folder.
  process.chdir(dirname(path));
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(basename(path), resolve));
  return server;
}
