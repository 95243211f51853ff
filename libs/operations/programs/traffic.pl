# Moves and reads the traffic of a target's HAProxy by its runtime socket. Arguments: verb, then pairs of name and value.
#   show     socket, master, config          prints JSON: {"engine":{…} or null,"config":text or null}
#   write    config; configuration on stdin  proves it, then puts it in place of the one that is there
#   switch   socket, config, to, patience, down; configuration on stdin
#            moves traffic to the slot `to` (empty: to none), then puts the configuration that says the same in place
#   state    socket, slot, to, patience      sets one slot `ready`, `drain` or `maint`
#   drained  socket, master, slot, limit     waits until a slot has no request; prints the milliseconds that it took
# `patience` and `limit` are milliseconds; patience is how long an engine that does not answer is waited for, as systemd
# may be starting it again. `down` set to `fine` lets a switch end with its configuration where no engine runs.
# Exit codes: 0; 4 the engine does not answer; 5 it did not take the change; 6 it refuses the configuration; 7 there is
# no haproxy; 3 not drained. All else is 1. Each verb bears being run again.
use Socket ();
my ($verb, %given) = @ARGV;
$ENV{PATH} = ($ENV{PATH} // '/usr/bin:/bin') . ':/usr/local/sbin:/usr/sbin:/sbin';
$SIG{PIPE} = 'IGNORE';
my $backend = 'app';    # as the configuration names it
my $silence = '';
my @COUNTERS = qw(weight scur req_tot hrsp_5xx econ eresp srv_abrt wretr rtime);

my %verbs = (show => \&show, write => \&write_config, switch => \&switch_to, state => \&set_state, drained => \&drained);
($verbs{$verb} // die "traffic knows no verb $verb\n")->();

sub now { return +(POSIX::times())[0] * 1000 / POSIX::sysconf(POSIX::_SC_CLK_TCK()) }
sub nap { select undef, undef, undef, $_[0] / 1000 }
sub fail { my ($code, $words) = @_; print STDERR "$words\n"; exit $code }

# ---- the runtime socket

# One command and its whole answer; undef where nobody answers within 2 s. The reason is in $silence then.
sub ask {
  my ($path, $command) = @_;
  my $answer = '';
  my $heard = eval {
    local $SIG{ALRM} = sub { die "no answer within 2 s\n" };
    alarm 2;
    socket(my $socket, Socket::PF_UNIX(), Socket::SOCK_STREAM(), 0) or die "socket: $!\n";
    connect($socket, Socket::pack_sockaddr_un($path)) or die "$!\n";
    syswrite($socket, "$command\n") // die "$!\n";
    shutdown $socket, 1;    # the master's socket answers and then waits for more
    while (sysread $socket, my $part, 65536) { $answer .= $part }
    1;
  };
  $silence = $heard ? '' : $@ =~ s/\n\z//r;
  alarm 0;
  # A worker that is being ended closes without a word; each answer that we ask for ends in a newline.
  $silence = 'it closed the connection' if $heard && $answer eq '';
  return $silence eq '' ? $answer : undef;
}

# The same, for as long as the engine may take to be started again.
sub ask_patiently {
  my ($command) = @_;
  my $until = now() + ($given{patience} // 0);
  for (;;) {
    my $answer = ask($given{socket}, $command);
    return $answer if defined $answer || now() >= $until;
    nap(50);
  }
}

sub must_ask { return ask_patiently(@_) // fail(4, $silence) }

# Name of a server => its row of counters, by the names that HAProxy gives its columns.
sub rows {
  my ($csv) = @_;
  my ($head, @lines) = split /\n/, $csv;
  my @names = split /,/, $head =~ s/^# //r;
  my %rows;
  for my $line (@lines) {
    my @fields = split /,/, $line, -1;
    my %row;
    @row{@names} = @fields;
    $rows{ $row{svname} } = \%row if ($row{pxname} // '') eq $backend && ($row{type} // '') eq '2';
  }
  return %rows;
}

# What a server is set to. With checks off, one that may get requests says `no check`.
sub state_of {
  my ($status) = @_;
  return $status =~ /^(?:no check|UP)/ ? 'ready' : $status =~ /^DRAIN/ ? 'drain' : $status =~ /^MAINT/ ? 'maint' : 'down';
}

# Workers from before a reload, which may still have clients and the routing of their time; undef where not to be told.
sub old_workers {
  my $text = ask($given{master}, 'show proc') // return undef;
  my ($old) = $text =~ /^# old workers\n(.*?)(?:^#|\z)/ms;
  return scalar grep { /^\d/ } split /\n/, $old // '';
}

# ---- verbs

sub show {
  my $stat = ask_patiently('show stat');
  my $info = defined $stat ? ask($given{socket}, 'show info') : undef;
  print '{"engine":', (defined $info ? engine($stat, $info) : 'null'), ',"silence":', j($silence),
    ',"config":', j(slurp($given{config})), "}\n";
}

sub engine {
  my ($stat, $info) = @_;
  my %rows = rows($stat);
  my %fact = $info =~ /^(\w+): (.*)$/mg;
  my @servers = map {
    my $row = $rows{$_};
    j($_) . ':{"state":' . j(state_of($row->{status})) . join('', map { ",\"$_\":" . (0 + ($row->{$_} || 0)) } @COUNTERS) . '}'
  } sort keys %rows;
  return '{"pid":' . (0 + $fact{Pid}) . ',"uptimeSeconds":' . (0 + $fact{Uptime_sec}) . ',"version":' . j($fact{Version})
    . ',"oldWorkers":' . (old_workers() // 'null') . ',"servers":{' . join(',', @servers) . '}}';
}

sub write_config { prove(input()); put($given{config}) }

sub switch_to {
  prove(input());
  my $running = move();
  put($given{config});
  # An engine that was started again between the two read the configuration of before.
  move() if $running;
  print $running ? "moved\n" : "down\n";
}

# One line to the engine, and proof that it took. False where none runs and that is fine.
sub move {
  my $stat = ask_patiently('show stat');
  if (!defined $stat) {
    return 0 if ($given{down} // '') eq 'fine';
    fail(4, $silence);
  }
  my %rows = rows($stat);
  my ($to) = grep { $_ eq $given{to} } keys %rows;
  fail(5, "it has no server $given{to}") if $given{to} ne '' && !defined $to;
  my @set = defined $to ? ("weight 100", "state ready") : ();
  my @line = map { "set server $backend/$to $_" } @set;
  # What is out of use already stays so: a drained slot would still be found by a cookie.
  push @line, map { "set server $backend/$_ state drain" }
    grep { $_ ne ($to // '') && state_of($rows{$_}{status}) eq 'ready' } sort keys %rows;
  my $words = @line ? must_ask(join '; ', @line) : '';
  my %after = rows(must_ask('show stat'));
  for my $name (sort keys %after) {
    my $state = state_of($after{$name}{status});
    my $good = $name eq ($to // '') ? $state eq 'ready' && $after{$name}{weight} == 100 : $state ne 'ready';
    fail(5, "it says $after{$name}{status}, weight $after{$name}{weight}, of $name" . words($words)) if !$good;
  }
  return 1;
}

sub words { my $said = join ' ', split ' ', $_[0]; return $said eq '' ? '' : ", and: $said" }

sub set_state {
  my ($slot, $to) = @given{qw(slot to)};
  my $words = must_ask("set server $backend/$slot state $to");
  my %rows = rows(must_ask('show stat'));
  my $is = defined $rows{$slot} ? state_of($rows{$slot}{status}) : 'unknown';
  fail(5, "$slot is $is" . words($words)) if $is ne $to;
}

sub drained {
  my $began = now();
  for (;;) {
    my $stat = ask_patiently('show stat');
    # An engine that was killed took its connections along: there is nothing left to wait for.
    my %rows = defined $stat ? rows($stat) : ();
    my $left = $rows{ $given{slot} }{scur} // 0;
    my $took = now() - $began;
    # While it reloads, the master says nothing for a moment: that is no answer of "none".
    my $old = !defined $stat ? 0 : old_workers() // ($took < 2_000 ? 1 : 0);
    if ($left == 0 && $old == 0) { printf "%d\n", $took; return }
    fail(3, "$left $old") if $took >= $given{limit};
    nap(20);
  }
}

# ---- the configuration

sub input { local $/; return <STDIN> // '' }

# Writes the configuration beside the one that is there and has HAProxy read it.
sub prove {
  my ($text) = @_;
  my ($directory) = $given{config} =~ m{^(.*)/};
  if (!-d $directory) {
    system('mkdir', '-p', '--', $directory) == 0 or die "mkdir of $directory failed\n";
    chmod 0755, $directory;
  }
  my $new = "$given{config}.new";
  open(my $file, '>', $new) or die "open $new: $!\n";
  print $file $text;
  close $file or die "write $new: $!\n";
  # The engine runs as another user; there is no secret in it.
  chmod 0644, $new or die "chmod $new: $!\n";
  system('sync', '--', $new) == 0 or die "sync of $new failed\n";
  my $pid = open(my $said, '-|') // die "fork: $!\n";
  if (!$pid) {
    open STDERR, '>&', \*STDOUT;
    exec 'haproxy', '-c', '-f', $new or do { print "$!"; POSIX::_exit(127) };
  }
  my $words = do { local $/; <$said> } // '';
  close $said;
  return if $? == 0;
  my $ended = $?;
  unlink $new;
  fail($ended >> 8 == 127 ? 7 : 6, $words);
}

sub put {
  my ($path) = @_;
  rename "$path.new", $path or die "rename $path: $!\n";
  system('sync', '--', $path =~ s{/[^/]*\z}{}r) == 0 or die "sync of the directory of $path failed\n";
}
