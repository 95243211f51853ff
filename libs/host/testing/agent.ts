import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { eventually } from './eventually';
import type { KeyPair } from './keys';

/** A real ssh-agent of a test's own. */
export interface TestAgent {
  /** For `SSH_AUTH_SOCK`. */
  readonly socket: string;
  add(key: KeyPair): Promise<void>;
  stop(): Promise<void>;
}

/** Starts an agent whose socket lies in `directory`. */
export const startAgent = async (directory: string): Promise<TestAgent> => {
  const socket = join(directory, 'agent.sock');
  const child = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  await eventually(() => {
    if (!existsSync(socket)) throw new Error('ssh-agent has not started');
  });
  return {
    socket,
    add: async ({ path }) => {
      await execa('ssh-add', [path], { env: { SSH_AUTH_SOCK: socket } });
    },
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await ended;
    },
  };
};
