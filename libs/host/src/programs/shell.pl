# Runs on the host for as long as a deployer holds a target's lock. It is sent over the channel, never installed, and
# needs nothing but perl-base; it is one file because it is sent in one piece. What it is told and what it answers are
# frames on stdin and stdout:
#   length (4 bytes, big endian, of what follows) | type (1 byte) | call (4 bytes, big endian) | payload
# The types stand in shell/frames.ts, which is the other end.
use strict;
use warnings;
use Fcntl qw(:DEFAULT :flock);
use POSIX qw(:sys_wait_h);
use Errno qw(EAGAIN EINTR ENOENT EEXIST ENOTDIR);
use IO::Handle;

my $KILL_AFTER    = 3;            # seconds between TERM and KILL
my $LET_END       = 600;          # seconds that a restart or hook without a time limit may go on without its deployer
my $WINDOW        = 4194304;      # bytes of a command's stdin that may be under way; the deployer starts with fewer
my $FIRST_WINDOW  = 65536;
my $OUTPUT_HIGH   = 1048576;      # stop reading a command's output while this much waits for the deployer
my $CHUNK         = 65536;
my $F_SETPIPE_SZ  = 1031;         # Linux, fcntl(2); perl does not know it. Where it is refused the pipe is small.

my $in   = '';                    # bytes from the deployer that are no whole frame yet
my $out  = '';                    # bytes that wait for the deployer
my @queue;                        # calls in the order they were made
my %call;                         # the same, and the running one, by number
my $run;                          # the call whose command runs
my $failure;                      # what made an append fail, until the deployer knows
my $heartbeat = 15;
my ($lock, $lock_file);

# Not the wall clock, which may jump.
my $ticks = POSIX::sysconf(&POSIX::_SC_CLK_TCK);
sub now { return (POSIX::times())[0] / $ticks }
my $heard = now();

pipe(my $wake_r, my $wake_w) or die "pipe: $!";
unblock($_) for $wake_r, $wake_w, \*STDIN, \*STDOUT;
my $leaving = '';
$SIG{PIPE} = 'IGNORE';
$SIG{CHLD} = sub { my $kept = $!; syswrite $wake_w, 'c'; $! = $kept };
$SIG{$_} = sub { $leaving = 'it was told to end'; syswrite $wake_w, 't' } for qw(TERM INT HUP);

my %signal_name = map { my $n = eval { no strict 'refs'; &{"POSIX::SIG$_"}() }; defined $n ? ($n => "SIG$_") : () }
  qw(HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM CHLD CONT STOP TSTP TTIN TTOU);

answer('M', 0, '');
while (1) {
  receive();
  abandon($leaving) if $leaving ne '';
  abandon(sprintf 'it heard nothing from the deployer for %g s', $heartbeat) if now() - $heard >= $heartbeat;
  start_next() while !$run && @queue;
  tend() if $run;
  turn();
}

# --- the loop ------------------------------------------------------------------------------------------------------

sub turn {
  my ($r, $w) = ('', '');
  vec($r, fileno STDIN,   1) = 1;
  vec($r, fileno $wake_r, 1) = 1;
  vec($w, fileno STDOUT,  1) = 1 if length $out;
  if ($run) {
    for my $stream (qw(stdout stderr)) {
      vec($r, fileno $run->{$stream}, 1) = 1 if $run->{$stream} && length $out < $OUTPUT_HIGH;
    }
    vec($w, fileno $run->{stdin}, 1) = 1 if $run->{stdin} && @{ $run->{input} };
  }
  select($r, $w, undef, patience()) > 0 or return;
  my $woken;
  sysread $wake_r, $woken, 512 if vec($r, fileno $wake_r, 1);
  send_out() if vec($w, fileno STDOUT, 1);
  return unless $run;
  for my $stream (qw(stdout stderr)) {
    take($stream) if $run->{$stream} && vec($r, fileno $run->{$stream}, 1);
  }
  feed() if $run->{stdin} && vec($w, fileno $run->{stdin}, 1);
}

sub patience {
  my @until = ($heard + $heartbeat);
  push @until, grep { defined } $run->{deadline}, $run->{kill_at} if $run;
  push @until, now() + 0.05 if $run && defined $run->{status};
  my $wait = (sort { $a <=> $b } @until)[0] - now();
  return $wait < 0.01 ? 0.01 : $wait;
}

sub receive {
  while (1) {
    my $n = sysread STDIN, $in, 262144, length $in;
    if (!defined $n) { last if $! == EAGAIN || $! == EINTR; abandon("reading failed: $!") }
    abandon('the connection ended') if $n == 0;
    $heard = now();
    last if $n < 262144;
  }
  while (length $in >= 9) {
    my ($size, $type, $id) = unpack 'N a N', $in;
    last if length $in < 4 + $size;
    my $payload = substr $in, 9, $size - 5;
    substr $in, 0, 4 + $size, '';
    accept_frame($type, $id, $payload);
  }
}

sub accept_frame {
  my ($type, $id, $payload) = @_;
  if    ($type eq 'H') { }
  elsif ($type eq 'O') { take_lock(split /\0/, $payload, 3) }
  elsif ($type eq 'D') { push @{ $call{$id}{input} }, $payload if $call{$id} }
  elsif ($type eq 'E') { if ($call{$id}) { $call{$id}{input_ended} = 1 } }
  elsif ($type eq 'X') { cancel($id) }
  else { push @queue, $call{$id} = { type => $type, id => $id, payload => $payload, input => [], fed => 0 } }
}

sub answer {
  my ($type, $id, $payload) = @_;
  $out .= pack('N a N', 5 + length $payload, $type, $id) . $payload;
  send_out();
}

sub send_out {
  while (length $out) {
    my $n = syswrite STDOUT, $out, 262144;
    if (!defined $n) { return if $! == EAGAIN || $! == EINTR; abandon('the connection ended') }
    substr $out, 0, $n, '';
  }
}

# The deployer is gone. A command that inherited the lock is asked to end and not waited for: it holds the lock itself
# until it has ended. A restart or a hook did not inherit it, and cut in two it could leave no service at all: it is let
# end, and this process holds the lock until then.
sub abandon {
  my ($why) = @_;
  if ($run && $run->{pid}) {
    if ($run->{keep}) { kill 'TERM', -$run->{pid} }
    else { let_end() }
  }
  print STDERR "the shell on the host ended: $why\n";
  POSIX::_exit(0);
}

# Waits for the command itself, not for what it left behind, within its own time limit; its output goes nowhere.
sub let_end {
  close $run->{stdin} if $run->{stdin};
  my $deadline = $run->{deadline} // now() + $LET_END;
  while (waitpid($run->{pid}, WNOHANG) == 0) {
    if (now() >= $deadline) { kill 'KILL', -$run->{pid}; return }
    for my $stream (grep { $_ } @$run{qw(stdout stderr)}) { 1 while sysread $stream, my $ignored, $CHUNK }
    select undef, undef, undef, 0.05;
  }
}

# --- the lock ------------------------------------------------------------------------------------------------------

sub take_lock {
  my ($file, $milliseconds, $holder) = @_;
  ($lock_file, $heartbeat) = ($file, $milliseconds / 1000);
  eval {
    make_directory(parent($file));
    sysopen $lock, $file, O_RDWR | O_CREAT, 0644 or fail("open $file");
    if (!flock $lock, LOCK_EX | LOCK_NB) {
      $! == EAGAIN or fail("lock $file");
      leave('B', holder_of("$file.json"));
    }
    replace_file("$file.json", $holder, 0644);
  };
  $@ ? leave('F', failure_text($@)) : answer('L', 0, '');
}

# Who holds a lock, as its holder wrote it; a holder that took it just now may still be writing: a second's patience.
sub holder_of {
  my ($file) = @_;
  for (1 .. 50) {
    return read_file($file) if -e $file;
    select undef, undef, undef, 0.02;
  }
  return '';
}

sub leave {
  my ($type, $payload) = @_;
  answer($type, 0, $payload);
  drain();
  POSIX::_exit(0);
}

sub drain {
  while (length $out) {
    my $w = '';
    vec($w, fileno STDOUT, 1) = 1;
    select undef, $w, undef, 5 or last;
    send_out();
  }
}

# --- calls ---------------------------------------------------------------------------------------------------------

sub start_next {
  my $call = shift @queue;
  my ($type, $id, $payload) = @$call{qw(type id payload)};
  if ($type eq 'C') { undef $failure; delete $call{$id}; return }
  if ($type eq 'Q') { release($id) }
  if (defined $failure)  { delete $call{$id}; return answer('F', $id, "skipped\0$failure") }
  if ($call->{canceled}) { return finished($call, '', '', 'canceled') }
  if ($type eq 'R') { return start_command($call) }
  eval {
    if    ($type eq 'A') { append_line(split /\0/, $payload, 2) }
    elsif ($type eq 'W') { my ($mode, $path, $text) = split /\0/, $payload, 3; replace_file($path, $text, oct $mode) }
    else                 { die "unknown call $type\n" }
  };
  delete $call{$id};
  return answer('G', $id, '') unless $@;
  my $text = failure_text($@);
  $failure = $text if $type eq 'A';
  answer('F', $id, ($type eq 'A' ? 'append' : 'failed') . "\0$text");
}

sub release {
  my ($id) = @_;
  unlink "$lock_file.json";
  flock $lock, LOCK_UN;
  answer('G', $id, '');
  drain();
  POSIX::_exit(0);
}

sub cancel {
  my ($id) = @_;
  my $call = $call{$id} or return;
  $call->{canceled} = 1;
  end_command('canceled') if $run && $run == $call;
}

# --- commands ------------------------------------------------------------------------------------------------------

sub start_command {
  my ($call) = @_;
  my ($keep_lock, $milliseconds, $cwd, $variables, @rest) = split /\0/, $call->{payload}, -1;
  pop @rest;
  my %env = map { split /=/, $_, 2 } splice @rest, 0, $variables;
  my (%ours, %theirs);
  pipe $theirs{stdin},  $ours{stdin}   or die "pipe: $!";
  pipe $ours{stdout},   $theirs{stdout} or die "pipe: $!";
  pipe $ours{stderr},   $theirs{stderr} or die "pipe: $!";
  pipe(my $trouble, my $told) or die "pipe: $!";
  my $pid = fork;
  defined $pid or return finished($call, 126, '', "cannot fork: $!");
  become_command({ argv => \@rest, cwd => $cwd, env => \%env, keep => $keep_lock, told => $told, %theirs }) if !$pid;
  setpgrp $pid, $pid;
  close $_ for $told, values %theirs;
  unblock($_) for values %ours;
  fcntl $ours{stdin}, $F_SETPIPE_SZ, 1048576;
  $run = $call;
  @$run{'pid', 'keep', keys %ours} = ($pid, $keep_lock, values %ours);
  $run->{deadline} = now() + $milliseconds / 1000 if $milliseconds;
  answer('K', $call->{id}, pack 'N', $WINDOW - $FIRST_WINDOW);
  my $reason;
  sysread $trouble, $reason, 4096;
  $run->{trouble} = $reason if length $reason;
}

sub become_command {
  my ($command) = @_;
  setpgrp 0, 0;
  $SIG{$_} = 'DEFAULT' for qw(PIPE CHLD TERM INT HUP);
  my $fd = 0;
  POSIX::dup2(fileno $command->{$_}, $fd++) for qw(stdin stdout stderr);
  fcntl $lock, F_SETFD, 0 if $command->{keep};
  $ENV{$_} = $command->{env}{$_} for keys %{ $command->{env} };
  my @argv = @{ $command->{argv} };
  if (length $command->{cwd} && !chdir $command->{cwd}) {
    syswrite $command->{told}, "cannot enter $command->{cwd}: $!";
    POSIX::_exit(126);
  }
  no warnings 'exec';
  exec { $argv[0] } @argv;
  my $code = $! == ENOENT ? 127 : 126;
  syswrite $command->{told}, $code == 127 ? "$argv[0]: not found" : "$argv[0]: $!";
  POSIX::_exit($code);
}

sub tend {
  shut('stdin') if $run->{stdin} && $run->{input_ended} && !@{ $run->{input} };
  my $now = now();
  end_command('timed-out') if $run->{deadline} && $now >= $run->{deadline};
  if ($run->{kill_at} && $now >= $run->{kill_at}) {
    kill 'KILL', -$run->{pid};
    delete $run->{kill_at};
    $run->{killed} = 1;
  }
  $run->{status} = $? if !defined $run->{status} && waitpid($run->{pid}, WNOHANG) == $run->{pid};
  return unless defined $run->{status};
  # Asked to end, it has ended when the last of its group has.
  return if $run->{reason} && !$run->{killed} && kill 0, -$run->{pid};
  complete();
}

sub end_command {
  my ($reason) = @_;
  return if $run->{reason};
  $run->{reason} = $reason;
  delete $run->{deadline};
  $run->{kill_at} = now() + $KILL_AFTER;
  kill 'TERM', -$run->{pid};
}

# A daemon that it left behind may keep the pipes open for ever: what is in them now is all that the command wrote.
sub complete {
  for my $stream (qw(stdout stderr)) {
    for (1 .. 64) { last unless $run->{$stream}; last unless take($stream) }
    shut($stream);
  }
  shut('stdin');
  my ($status, $reason) = ($run->{status}, $run->{reason} // '');
  answer('e', $run->{id}, "$run->{trouble}\n") if defined $run->{trouble};
  my $signal = $status & 127;
  my $ended = $run;
  undef $run;
  $signal ? finished($ended, '', $signal_name{$signal} // "signal $signal", $reason)
          : finished($ended, $status >> 8, '', $reason);
}

sub finished {
  my ($call, $code, $signal, $reason) = @_;
  delete $call{ $call->{id} };
  answer('Z', $call->{id}, join "\0", $code, $signal, $reason);
}

# Reads once; false when there is nothing now, or nothing any more.
sub take {
  my ($stream) = @_;
  my $bytes;
  my $n = sysread $run->{$stream}, $bytes, $CHUNK;
  return 0 if !defined $n && ($! == EAGAIN || $! == EINTR);
  if (!$n) { shut($stream); return 0 }
  answer($stream eq 'stdout' ? 'o' : 'e', $run->{id}, $bytes);
  return 1;
}

sub feed {
  my $pieces = $run->{input};
  while (@$pieces) {
    my $n = syswrite $run->{stdin}, $pieces->[0];
    if (!defined $n) {
      last if $! == EAGAIN || $! == EINTR;
      # It reads no more, and what still comes is thrown away.
      shut('stdin');
      @$pieces = ();
      return;
    }
    $run->{fed} += $n;
    $n < length $pieces->[0] ? substr $pieces->[0], 0, $n, '' : shift @$pieces;
  }
  credit();
}

# The deployer sends as much more as the command has taken.
sub credit {
  return if $run->{fed} < 262144 && @{ $run->{input} };
  answer('K', $run->{id}, pack 'N', $run->{fed});
  $run->{fed} = 0;
}

sub shut {
  my ($stream) = @_;
  my $handle = delete $run->{$stream} or return;
  close $handle;
}

# --- files ---------------------------------------------------------------------------------------------------------

sub fail { die { number => $! + 0, text => "$_[0]: $!" } }
sub failure_text { my ($e) = @_; return ref $e ? "$e->{number}\0$e->{text}" : "0\0$e" }

sub parent { my ($path) = @_; return $path =~ m{^(.+?)/+[^/]*$}s ? $1 : '/' }

sub unblock { my ($h) = @_; fcntl $h, F_SETFL, fcntl($h, F_GETFL, 0) | O_NONBLOCK }

sub sync_directory {
  my ($path) = @_;
  sysopen my $d, $path, O_RDONLY or fail("open $path");
  $d->sync or fail("sync $path");
}

sub make_directory {
  my ($path) = @_;
  return if -d $path;
  make_directory(parent($path)) if $path ne '/';
  if (!mkdir $path, 0755) {
    return if $! == EEXIST && -d $path;
    $! = ENOTDIR if $! == EEXIST;
    fail("make $path");
  }
  sync_directory(parent($path));
}

sub read_file {
  my ($path) = @_;
  sysopen my $f, $path, O_RDONLY or return '';
  my $text;
  sysread $f, $text, 65536;
  return $text // '';
}

sub write_all {
  my ($f, $text, $path) = @_;
  while (length $text) {
    my $n = syswrite $f, $text, 262144;
    defined $n or fail("write $path");
    substr $text, 0, $n, '';
  }
}

sub append_line {
  my ($path, $line) = @_;
  make_directory(parent($path));
  my $new = !-e $path;
  sysopen my $f, $path, O_RDWR | O_APPEND | O_CREAT, 0644 or fail("open $path");
  # A line that a dying machine tore must not swallow this one.
  my $last = "\n";
  sysread $f, $last, 1 if -s $f && sysseek $f, -1, 2;
  my $torn = $last ne "\n";
  my $size = -s $f;
  eval {
    write_all($f, ($torn ? "\n" : '') . "$line\n", $path);
    $f->sync or fail("sync $path");
  };
  if (my $error = $@) {
    # A full disk took a part of it; giving that back needs no room.
    truncate $f, $size;
    die $error;
  }
  sync_directory(parent($path)) if $new;
}

sub replace_file {
  my ($path, $text, $mode) = @_;
  my $directory = parent($path);
  make_directory($directory);
  my $name = $path =~ m{([^/]*)$}s ? $1 : '';
  my $tmp = "$directory/.$name.$$.tmp";
  eval {
    sysopen my $f, $tmp, O_WRONLY | O_CREAT | O_TRUNC, 0600 or fail("open $tmp");
    write_all($f, $text, $path);
    chmod $mode, $f or fail("chmod $tmp");
    $f->sync or fail("sync $tmp");
    close $f or fail("close $tmp");
    rename $tmp, $path or fail("rename $tmp to $path");
    sync_directory($directory);
  };
  if (my $e = $@) { unlink $tmp; die $e }
}
