import { closeSync, openSync } from 'node:fs';
import { connect } from 'node:net';
import { basename, dirname } from 'node:path';

const ANSWER_TIMEOUT_MS = 10_000;

/**
 * Asks the daemon of a sandbox something over its control socket; returns what it prints, or undefined when nobody
 * answers there in time, within ten seconds unless it is said otherwise.
 */
export async function askDaemon(
  controlSocket: string,
  call: readonly [string, ...string[]],
  timeoutMs = ANSWER_TIMEOUT_MS,
): Promise<string | undefined> {
  // The folder's own path may be too long for a socket's address; through a descriptor it is short.
  const folder = openSync(dirname(controlSocket), 'r');
  try {
    const socket = connect(`/proc/self/fd/${folder}/${basename(controlSocket)}`);
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error('no answer')));
    socket.end(call.join('\0'));
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    const answer = Buffer.concat(chunks);
    const head = answer.indexOf('\n');
    const length = Number(answer.toString('utf8', 0, head).split(' ')[1]);
    return answer.toString('utf8', head + 1, head + 1 + length);
  } catch {
    return undefined;
  } finally {
    closeSync(folder);
  }
}
