import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from './engine';

/** What systemd does for a socket-activated service: owns the listening socket, and starts the service with it as fd 3. */
const SUPERVISOR = `
use strict; use Socket; use POSIX ();
my ($port, @command) = @ARGV;
socket(my $listener, PF_INET, SOCK_STREAM, 0) or die;
setsockopt($listener, SOL_SOCKET, SO_REUSEADDR, 1);
bind($listener, sockaddr_in($port, INADDR_LOOPBACK)) or die "bind: $!";
listen($listener, 4096);
POSIX::dup2(fileno $listener, 3) if fileno $listener != 3;
$^F = 3; open(my $kept, '+<&=', 3);
fcntl($kept, 2, 0);
my ($child, $restart, $end) = (0, 0, 0);
$SIG{HUP} = sub { $restart = 1; kill TERM => $child };
$SIG{TERM} = sub { $end = 1; kill KILL => $child };
$| = 1;
while (!$end) {
  $child = fork() // die; exec @command if !$child;
  1 until waitpid($child, 0) == $child;
  print "restarted\\n";
}
`;

/** Takes its time to start; on SIGTERM it takes no more connections, answers what it has, and ends. */
const SERVICE = `
const { createServer } = require('node:http');
setTimeout(() => {
  const server = createServer((request, response) => {
    request.resume().on('end', () => setTimeout(() => response.end(String(process.pid)), 5));
  }).listen({ fd: 3 });
  process.on('SIGTERM', () => server.close(() => process.exit(0)));
}, 300);
`;

export interface ActivatedService {
  readonly port: number;
  /** Ends the service and starts it again; resolves once the one before has ended. */
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** A service whose listening socket outlives it. */
export const startActivatedService = async (): Promise<ActivatedService> => {
  const port = await freePort();
  const supervisor = spawn('perl', ['-e', SUPERVISOR, String(port), process.execPath, '-e', SERVICE], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return {
    port,
    restart: async () => {
      const ended = once(supervisor.stdout, 'data');
      supervisor.kill('SIGHUP');
      await ended;
    },
    stop: async () => {
      const ended = once(supervisor, 'exit');
      supervisor.kill('SIGTERM');
      await ended;
    },
  };
};
