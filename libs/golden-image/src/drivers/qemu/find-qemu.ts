import { execa } from 'execa';
import { findTool } from '../../tools';

const PROGRAM = 'qemu-system-x86_64';
const HINT =
  'Install it: `sudo apt-get install --no-install-recommends qemu-system-x86`, or run scripts/install-golden-image.sh.';
/** Generous: on a busy machine even a version takes its time. */
const VERSION_MS = 60_000;

/** QEMU as it is installed here, or why it cannot be used. */
export type FoundQemu =
  | {
      readonly program: string;
      /** With its package's, as it prints it: `7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)`. */
      readonly version: string;
    }
  | { readonly reason: string; readonly hint: string };

/** Looks for QEMU, and asks it for its version: one that lacks a library is there and does not run. */
export const findQemu = async (): Promise<FoundQemu> => {
  const program = findTool(PROGRAM);
  if (program === undefined) return { reason: `${PROGRAM} is not installed`, hint: HINT };
  const asked = await execa(program, ['--version'], { timeout: VERSION_MS, reject: false });
  const { stdout, stderr, failed, shortMessage = 'it failed' } = asked;
  if (failed)
    return { reason: `${program} does not run (${stderr.trim().split('\n').at(-1) || shortMessage})`, hint: HINT };
  return { program, version: /version (.+)/.exec(stdout)?.[1]?.trim() ?? stdout.split('\n')[0] ?? 'unknown' };
};
