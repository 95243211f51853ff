import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { Tail } from '../output';
import { rsyncEnvironment } from './usable';

/** Bytes kept of what it writes to stdout and to stderr, each. */
const KEPT = 65_536;

export interface LocalEnd {
  /** `exit code 12` or `signal SIGKILL`; undefined when all went well. */
  readonly failed: string | undefined;
  /** Whether there is no rsync on this machine. */
  readonly missing: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** An rsync on this machine that sends files and uses the bridge, which inherits its descriptors 3 and 4. */
export class LocalRsync {
  readonly fromBridge: Readable;
  readonly toBridge: Writable;
  readonly ended: Promise<LocalEnd>;
  readonly stop: () => void;

  /** Starts it; `paths` is the list that `--files-from=- --from0` reads. */
  constructor(args: readonly string[], paths: readonly string[]) {
    const child = spawn('rsync', args, {
      env: rsyncEnvironment(),
      stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
    });
    const [stdin, , , fromBridge, toBridge] = child.stdio;
    const [stdout, stderr] = [new Tail(KEPT), new Tail(KEPT)];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    // What ends too early shows in how rsync ends.
    for (const stream of child.stdio) stream?.on('error', () => undefined);
    this.fromBridge = fromBridge as Readable;
    this.toBridge = toBridge as Writable;
    this.ended = new Promise((resolve) => {
      const end = (failed: string | undefined, missing = false) =>
        resolve({ failed, missing, stdout: stdout.text(), stderr: stderr.text() });
      child.once('error', (error: NodeJS.ErrnoException) => end(error.message, error.code === 'ENOENT'));
      child.once('close', (code, signal) =>
        end(code === 0 ? undefined : signal ? `signal ${signal}` : `exit code ${code}`),
      );
    });
    this.stop = () => {
      child.kill();
      for (const stream of child.stdio) stream?.destroy();
    };
    stdin.end(paths.map((path) => `./${path}\0`).join(''));
  }
}
