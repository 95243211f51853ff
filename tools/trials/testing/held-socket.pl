#!/usr/bin/perl
# Holds a listening socket as systemd does, and runs a command that gets it as descriptor 3 again and again: whenever
# it ends, it is started anew. Prints the port, then each process id. Ends, with the command, on SIGTERM.
use strict;
use warnings;
use IO::Socket::INET;
use POSIX ();

$| = 1;
my $socket = IO::Socket::INET->new(Listen => 511, LocalAddr => '127.0.0.1', LocalPort => 0) or die "listen: $!\n";
print 'port ', $socket->sockport, "\n";
my $pid = 0;
my $ending = 0;
$SIG{TERM} = sub { $ending = 1; kill 'KILL', $pid if $pid };

until ($ending) {
    $pid = fork // die "fork: $!\n";
    if ($pid == 0) {
        $SIG{TERM} = 'DEFAULT';
        # Perl marks descriptors above 2 as close-on-exec; a copy is not marked, and F_SETFD (2) takes the mark off.
        if ($socket->fileno != 3) { POSIX::dup2($socket->fileno, 3) }
        else { fcntl($socket, 2, 0) or die "fcntl: $!\n" }
        $ENV{LISTEN_PID} = $$;
        $ENV{LISTEN_FDS} = 1;
        exec { $ARGV[0] } @ARGV or die "exec: $!\n";
    }
    print "pid $pid\n";
    waitpid $pid, 0;
}
