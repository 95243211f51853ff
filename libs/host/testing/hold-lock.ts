/**
 * A deployer in a process of its own, for tests that kill it: takes a lock, runs a command if one is named, and tells
 * `ready` on stdout. Arguments: connection options as JSON, lock file, then `keep` or `close` (the lock) and the command.
 */
import { connectSsh, type SshOptions } from '../src';

const [options = '', lockFile = '', lock, ...argv] = process.argv.slice(2);

const hold = async (): Promise<void> => {
  const host = await connectSsh(JSON.parse(options) as SshOptions);
  const holder = { by: 'ada@laptop', from: 'laptop', since: 'today', deployment: 'd1' };
  const shell = await host.openShell({ target: 'api', lockFile, holder });
  const [program, ...rest] = argv;
  if (program) void shell.run([program, ...rest], { keepLock: lock === 'keep' });
  else await shell.run(['true']);
  process.stdout.write('ready\n');
};

void hold();
