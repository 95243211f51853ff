import { existsSync } from 'node:fs';
import { sandboxUnsupported } from '@polydev/errors';

/** Throws SANDBOX_UNSUPPORTED, with all that is missing, on a machine on which the sandbox cannot run. */
export function checkRequirements(): void {
  const missing = [
    existsSync('/proc/self/stat') ? '' : 'it has no /proc (the sandbox needs Linux)',
    existsSync('/usr/bin/perl') ? '' : 'it has no /usr/bin/perl (Debian: `sudo apt-get install perl-base`)',
    existsSync('/bin/sh') ? '' : 'it has no /bin/sh',
  ].filter(Boolean);
  if (missing.length > 0) throw sandboxUnsupported(missing);
}
