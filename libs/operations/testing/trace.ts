import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestSshd } from '@polydev/host/testing';

/** One system call of the server's or of what it runs, as strace saw it return with success. */
export interface Call {
  readonly name: string;
  /** Paths in it, in order: of file descriptors, and of names. */
  readonly paths: readonly string[];
}

const CALLS =
  'write,pwrite64,writev,sendfile,copy_file_range,fsync,fdatasync,sync,syncfs,rename,renameat,renameat2,chdir,fchdir';

/** Everything that a server and all it starts ask of the kernel while `work` runs, as far as it concerns what is on disk. */
export const traced = async (sshd: TestSshd, file: string, work: () => Promise<unknown>): Promise<readonly Call[]> => {
  const pid = readFileSync(join(sshd.directory, 'sshd.pid'), 'utf8').trim();
  const strace = spawn('strace', ['-f', '-qq', '-y', '-s', '4096', '-e', `trace=${CALLS}`, '-o', file, '-p', pid], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await untilAttached(pid);
  await work();
  strace.kill('SIGINT');
  await once(strace, 'exit');
  return callsIn(readFileSync(file, 'utf8'));
};

const untilAttached = async (pid: string): Promise<void> => {
  for (let tries = 0; tries < 200; tries += 1) {
    if (/^TracerPid:\s+[1-9]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) return;
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Error('strace could not attach to sshd.');
};

/** `123 fsync(4</a/b>) = 0`; a call that was interrupted by another process is in two lines. */
const callsIn = (text: string): readonly Call[] => {
  const begun = new Map<string, string>();
  return text.split('\n').flatMap((line) => {
    const [, process = '', rest = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    const unfinished = /^(.*) <unfinished \.\.\.>$/.exec(rest);
    if (unfinished) {
      begun.set(process, unfinished[1] ?? '');
      return [];
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    const whole = resumed ? `${begun.get(process) ?? ''}${resumed[1] ?? ''}` : rest;
    const [, name, given = ''] = /^(\w+)\((.*)\)\s+= \d+/.exec(whole) ?? [];
    if (name === undefined) return [];
    const about = /^(write|pwrite64|writev)$/.test(name) ? given.slice(0, given.indexOf('>') + 1) : given;
    return [{ name, paths: [...about.matchAll(/\d+<([^>]*)>|"([^"]*)"/g)].map(([, fd, path]) => fd ?? path ?? '') }];
  });
};
