#!/usr/bin/perl
# The sandbox's `systemctl` and `journalctl`: hands its name and arguments to the sandbox's daemon, prints the answer.
# The socket stands beside the folder of this program; the form of call and answer is in control-server.ts.
use strict;
use warnings;
use Socket;

my ($bin, $program) = $0 =~ m{\A(.*)/([^/]+)\z}s or die "sandbox: $0 was not called by its path\n";
my $call = join "\0", $program, @ARGV;

sub not_running {
    print STDERR "$program: the sandbox is not running; start it with `npm run sandbox:start`\n";
    exit 1;
}

# From within the folder, because a socket's address may have 107 bytes only.
chdir "$bin/.." or not_running();
socket my $socket, AF_UNIX, SOCK_STREAM, 0 or die "$program: $!\n";
connect $socket, pack_sockaddr_un('control.sock') or not_running();
syswrite $socket, $call;
shutdown $socket, 1;

my $answer = do { local $/; <$socket> } // '';
my ($exit, $length) = $answer =~ s/\A(\d+) (\d+) \d+\n// ? ($1, $2) : not_running();
print STDOUT substr $answer, 0, $length;
print STDERR substr $answer, $length;
exit $exit;
