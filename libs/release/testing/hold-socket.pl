#!/usr/bin/perl
# Stands in for systemd's socket activation: holds a listening socket and runs a command that gets it as descriptor 3,
# anew whenever it ends. Prints "port <n>", then "pid <n>" of each run. Ends with its standard input, and the run too.
use strict;
use warnings;
use IO::Socket::INET;
use POSIX qw(dup2 WNOHANG);

$| = 1;
$^F = 3;    # descriptors up to 3 stay open in the command
my $socket = IO::Socket::INET->new(Listen => 511, LocalAddr => '127.0.0.1') or die "cannot listen: $!\n";
print 'port ', $socket->sockport, "\n";
my $read = '';
vec($read, fileno STDIN, 1) = 1;
while (1) {
    my $pid = fork // die "cannot fork: $!\n";
    if ($pid == 0) {
        dup2(fileno $socket, 3) if fileno $socket != 3;
        @ENV{qw(LISTEN_PID LISTEN_FDS)} = ($$, 1);
        exec { $ARGV[0] } @ARGV or die "cannot run $ARGV[0]: $!\n";
    }
    print "pid $pid\n";
    while (waitpid($pid, WNOHANG) == 0) {
        next unless select(my $ready = $read, undef, undef, 0.005);
        kill 'KILL', $pid;
        exit 0;
    }
}
