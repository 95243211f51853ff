import { readdir, readFile, realpath } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf, isRunning, type ProcessIdentity } from '../vms/process-identity';

/** Set for every process of a VM: what was started for a directory is found by it, whoever started it and whenever it died. */
export const VM_MARK = 'POLYDEV_VM_DIRECTORY';

const POLL_MS = 10;

/** Ends a process, the hard way unless it ends by itself within `patienceMs`; returns when it is gone. One that is gone is no error. */
export const endProcess = async (identity: ProcessIdentity, patienceMs = 0): Promise<void> => {
  const deadline = Date.now() + patienceMs;
  if (patienceMs > 0) signalTo(identity, 'SIGTERM');
  while (isRunning(identity) && Date.now() < deadline) await sleep(POLL_MS);
  signalTo(identity, 'SIGKILL');
  while (isRunning(identity)) await sleep(POLL_MS);
};

const signalTo = (identity: ProcessIdentity, signal: NodeJS.Signals): void => {
  if (!isRunning(identity)) return;
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
};

/** Ends the processes of all VMs with their directory at or below a directory; returns when they are gone. */
export const endVmsBelow = async (directory: string): Promise<void> => {
  const found = await vmProcessesBelow(directory);
  await Promise.all(found.map((identity) => endProcess(identity)));
  // One of them may have started another between the look and its end.
  if (found.length > 0) await endVmsBelow(directory);
};

/** The processes of all VMs with their directory at or below a directory. */
export const vmProcessesBelow = async (directory: string): Promise<readonly ProcessIdentity[]> => {
  const place = await realpath(directory).catch(() => resolve(directory));
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const identity = identityOf(Number(pid));
      const mark = await markOf(pid);
      return identity && mark !== undefined && (mark === place || mark.startsWith(place + sep)) ? [identity] : [];
    }),
  );
  return found.flat();
};

/** Other users' processes do not show their environment, and are none of ours. */
const markOf = async (pid: string): Promise<string | undefined> => {
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  const entry = environment.split('\0').find((line) => line.startsWith(`${VM_MARK}=`));
  return entry?.slice(VM_MARK.length + 1);
};
