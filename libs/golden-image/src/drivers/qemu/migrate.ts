import { rm } from 'node:fs/promises';
import type { Server, Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { QmpFailure, type Qmp } from './qmp-client';
import { connectWhenThere, whileListening } from './sockets';

const SOCKET = 'state.sock';
const POLL_MS = 5;
/** Device state is some 60 KiB (microvm) to 700 KiB (q35). */
const LIMIT_MS = 20_000;

/** Leave memory out of the state: it lies in a file already (QEMU: `x-ignore-shared`). */
const withoutMemory = (qmp: Qmp) =>
  qmp.execute('migrate-set-capabilities', { capabilities: [{ capability: 'x-ignore-shared', state: true }] });

/** Saves the device state of a paused VM; QEMU writes to a socket in the VM's directory because its sandbox starts no programs. */
export const saveState = async (qmp: Qmp, directory: string): Promise<Buffer> => {
  await withoutMemory(qmp);
  return whileListening({ directory, name: SOCKET }, async (server) => {
    const received = receiveAll(server);
    const [saved] = await Promise.all([received, qmp.execute('migrate', { uri: `unix:${SOCKET}` })]);
    await untilMigrated(qmp);
    return saved;
  });
};

/** Loads a device state into a VM that waits for one, and lets it run. Throws QmpFailure where QEMU does not take it. */
export const loadState = async (
  qmp: Qmp,
  { directory, state, alive }: { readonly directory: string; readonly state: Buffer; readonly alive: () => boolean },
): Promise<void> => {
  await withoutMemory(qmp);
  await qmp.execute('migrate-incoming', { uri: `unix:${SOCKET}` });
  const socket = await connectWhenThere({ directory, name: SOCKET }, alive);
  if (!socket) throw new QmpFailure('QEMU ended before it took the state');
  // One that does not like the state closes the connection; what it answers to the next question counts.
  socket.on('error', () => undefined);
  socket.end(state);
  await untilTaken(qmp);
  socket.destroy();
  await rm(join(directory, SOCKET), { force: true });
  await qmp.execute('cont');
};

/** QEMU connects and closes the connection at the end of the state. */
const receiveAll = (server: Server): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new QmpFailure('QEMU did not send its state')), LIMIT_MS);
    server.once('connection', (socket: Socket) => {
      const chunks: Buffer[] = [];
      socket.on('data', (chunk) => chunks.push(chunk));
      socket.once('error', reject);
      socket.once('close', () => {
        clearTimeout(limit);
        resolve(Buffer.concat(chunks));
      });
    });
  });

const untilMigrated = async (qmp: Qmp): Promise<void> => {
  const status = await poll(async () => {
    const answer = (await qmp.execute('query-migrate')) as { status?: string; 'error-desc'?: string };
    if (answer.status === 'failed')
      throw new QmpFailure(`the state was not saved: ${answer['error-desc'] ?? 'failed'}`);
    return answer.status === 'completed';
  });
  if (!status) throw new QmpFailure(`the state was not saved within ${LIMIT_MS / 1_000} s`);
};

const untilTaken = async (qmp: Qmp): Promise<void> => {
  const taken = await poll(async () => {
    const { status } = (await qmp.execute('query-status')) as { status?: string };
    return status !== 'inmigrate';
  });
  if (!taken) throw new QmpFailure(`the state was not taken within ${LIMIT_MS / 1_000} s`);
};

const poll = async (reached: () => Promise<boolean>): Promise<boolean> => {
  const deadline = Date.now() + LIMIT_MS;
  while (Date.now() < deadline) {
    if (await reached()) return true;
    await sleep(POLL_MS);
  }
  return false;
};
