import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface HeldSocket {
  readonly port: number;
  /** Ends the run with SIGTERM and resolves with the process id of the next, which need not be ready yet. */
  restart(): Promise<number>;
  /** Ends the run, and the socket. */
  release(): Promise<void>;
}

/** Listens on a free port of the loopback address and runs a command that gets the socket as systemd passes it. */
export async function holdSocket(command: readonly string[], environment: NodeJS.ProcessEnv): Promise<HeldSocket> {
  const holder = spawn('perl', [join(__dirname, 'hold-socket.pl'), ...command], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: environment,
  });
  const lines = createInterface(holder.stdout)[Symbol.asyncIterator]();
  const numberAfter = async (word: string): Promise<number> => {
    for (;;) {
      const line = await lines.next();
      if (line.done === true) throw new Error(`the holder of the socket ended before it said its ${word}`);
      if (line.value.startsWith(`${word} `)) return Number(line.value.slice(word.length + 1));
    }
  };
  const port = await numberAfter('port');
  let pid = await numberAfter('pid');
  return {
    port,
    restart: async () => {
      process.kill(pid, 'SIGTERM');
      return (pid = await numberAfter('pid'));
    },
    release: async () => {
      holder.stdin.end();
      await once(holder, 'exit');
    },
  };
}
