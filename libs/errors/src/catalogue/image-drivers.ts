import { OpsError } from '../ops-error';

export const IMAGE_DRIVER_CODES = ['DRIVER_UNUSABLE', 'VMM_FAILED', 'GUEST_FAILED', 'SNAPSHOT_UNUSABLE'] as const;

const indented = (text: string) => text.trimEnd().replace(/^/gm, '  ');

/** VMs cannot be run on this machine in the way that is wanted; `reason` is a clause, `hint` says what to install or to choose. */
export const driverUnusable = (facts: { driver: string; reason: string; hint: string }) =>
  new OpsError(
    'DRIVER_UNUSABLE',
    `No VM can be run by ${facts.driver} on this machine: ${facts.reason}. Nothing was started.`,
    facts.hint,
  );

/** The program under a VM did not start, ended by itself or did not obey; this says nothing about the image. */
export const vmmFailed = (facts: { vm: string; what: string; output: string; cause?: unknown }) =>
  new OpsError(
    'VMM_FAILED',
    `The VM ${facts.vm} is of no use: ${facts.what}.` +
      (facts.output.trim() ? ` Its program says:\n${indented(facts.output)}` : ' Its program says nothing.'),
    'Look whether memory, disk space and the wanted port are free, and run the same command again.',
    { cause: facts.cause },
  );

/** A guest ended or gave up before it could be used; `console` holds its last lines. */
export const guestFailed = (facts: { vm: string; image: string; what: string; console: readonly string[] }) =>
  new OpsError(
    'GUEST_FAILED',
    `${facts.vm} did not come up from ${facts.image}: ${facts.what}.` +
      (facts.console.length > 0
        ? ` The last lines of its console:\n${indented(facts.console.join('\n'))}`
        : ' Its console is empty.'),
    'If another image came up before, go back to it; else build the image again.',
  );

/** A snapshot cannot be loaded here; a VM can still be booted from the image's layers. */
export const snapshotUnusable = (facts: { directory: string; reason: string }) =>
  new OpsError(
    'SNAPSHOT_UNUSABLE',
    `The snapshot in ${facts.directory} cannot be used: ${facts.reason}. No VM was started from it.`,
    'Boot from the image instead (slower, the same result), or build the image again here to get a new snapshot.',
  );
