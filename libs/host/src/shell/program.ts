import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { quote } from '../quote';

/** The program that runs on the host, as sent over the channel. */
export const PROGRAM = readFileSync(join(__dirname, '..', 'programs', 'shell.pl'));

/** Reads exactly as many bytes of its input as it is told and runs them; what follows is the program's own input. */
const BOOTSTRAP =
  'my($n,$p)=(shift,"");while(length$p<$n){sysread(STDIN,$p,$n-length$p,length$p)or exit 1}eval$p;print STDERR $@;exit 1';

/** Command line that starts {@link PROGRAM} in place of the login shell. */
export const START_PROGRAM = `exec ${quote(['perl', '-e', BOOTSTRAP, String(PROGRAM.length)])}`;
