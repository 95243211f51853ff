import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { open, readFile, realpath, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { isOpsError, vmmFailed } from '@polydev/errors';
import { identityOf, isRunning, type ProcessIdentity } from '../../vms/process-identity';
import { lastLines, readConsole } from '../console-text';
import { endsWithStarter, type VmSpec } from '../driver';
import { VM_MARK } from '../vm-process';
import { API_SOCKET, callApi, type ApiRequest } from './api';
import { VM_FILES } from './calls';

/** Which process a VM's is; what `attach` finds it by. */
const IDENTITY_FILE = 'firecracker.json';
const POLL_MS = 10;

/** What of a VM's spec its process needs. */
export type StartedFor = Pick<VmSpec, 'id' | 'directory' | 'use'>;

/**
 * Starts Firecracker for a VM, in the VM's directory, and returns once its API answers. Its console goes to files: the
 * process lives on when this one ends, unless the VM is for a check. Its standard input is a pipe that it holds open at
 * both ends, so that it never reads an end of file. Throws VMM_FAILED.
 */
export async function startProcess(binary: string, { id, directory, use }: StartedFor): Promise<ProcessIdentity> {
  await writeFile(join(directory, VM_FILES.log), '');
  await execa('mkfifo', ['--mode=600', join(directory, VM_FILES.input)]);
  const input = await open(join(directory, VM_FILES.input), 'r+');
  const output = await open(join(directory, VM_FILES.console), 'a', 0o600);
  try {
    // The kernel ends a VM of a check together with its starter.
    const prefix = endsWithStarter(use) ? ['setpriv', '--pdeathsig', 'KILL', '--'] : [];
    const [command, ...words] = [...prefix, binary, '--api-sock', API_SOCKET, '--id', id];
    const env = { PATH: process.env['PATH'], [VM_MARK]: await realpath(directory) };
    const stdio = [input.fd, output.fd, output.fd];
    const child = spawn(command, words, { cwd: directory, detached: true, stdio, env });
    await once(child, 'spawn');
    child.unref();
    const identity = child.pid === undefined ? undefined : identityOf(child.pid);
    if (!identity) throw await ended('at its start', directory);
    await writeFile(join(directory, IDENTITY_FILE), JSON.stringify(identity), { mode: 0o600 });
    await untilAnswering(identity, directory);
    return identity;
  } finally {
    await Promise.all([input.close(), output.close()]);
  }
}

async function untilAnswering(identity: ProcessIdentity, directory: string): Promise<void> {
  for (;;) {
    try {
      await callApi(directory, { method: 'GET', path: '/version' });
      return;
    } catch (error) {
      if (!isRunning(identity)) throw await ended('at its start', directory);
      if (!['ENOENT', 'ECONNREFUSED'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
    await sleep(POLL_MS);
  }
}

/** Returns the process of a VM that was started earlier, undefined where it is gone. */
export async function findProcess(directory: string): Promise<ProcessIdentity | undefined> {
  const text = await readFile(join(directory, IDENTITY_FILE), 'utf8').catch(() => undefined);
  const identity = text === undefined ? undefined : (JSON.parse(text) as ProcessIdentity);
  return identity && isRunning(identity) ? identity : undefined;
}

/** Sends a line to a VM's console. Throws VMM_FAILED where nobody reads. */
export async function writeConsole(directory: string, line: string): Promise<void> {
  let input;
  try {
    input = await open(join(directory, VM_FILES.input), constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENXIO') throw await ended('before it was woken', directory);
    throw error;
  }
  try {
    await input.writeFile(`${line}\n`);
  } finally {
    await input.close();
  }
}

/**
 * Sends requests to the process of a VM, one after the other. Throws FIRECRACKER_REFUSED, and VMM_FAILED where it ended
 * over one of them.
 */
export async function callAll(
  identity: ProcessIdentity,
  directory: string,
  calls: readonly ApiRequest[],
): Promise<void> {
  for (const call of calls) {
    try {
      await callApi(directory, call);
    } catch (error) {
      if (isOpsError(error)) throw error;
      await sleep(POLL_MS);
      if (isRunning(identity)) throw error;
      throw await ended(`over ${call.method} ${call.path}`, directory);
    }
  }
}

/** VMM_FAILED with the last lines of console and log. */
export async function failure(what: string, directory: string) {
  const log = await readFile(join(directory, VM_FILES.log), 'utf8').catch(() => '');
  const output = lastLines(`${await readConsole(join(directory, VM_FILES.console))}\n${log}`, 10).join('\n');
  return vmmFailed({ vm: basename(directory), what, output });
}

const ended = (during: string, directory: string) => failure(`Firecracker ended ${during}`, directory);
