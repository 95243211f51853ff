# Stops one systemd unit and starts another that takes its place; prints the milliseconds between. Arguments: both units.
# Bears being run again: what is stopped or running already stays so.
my ($from, $to) = @ARGV;
my @root = $> == 0 ? () : ('sudo', '-n');
sub now { return +(POSIX::times())[0] * 1000 / POSIX::sysconf(POSIX::_SC_CLK_TCK()) }
sub systemctl { system(@root, 'systemctl', @_) == 0 or die "systemctl @_ ended with status " . ($? >> 8) . "\n" }
systemctl('disable', '--quiet', $from);
my $began = now();
systemctl('stop', $from);
systemctl('start', $to);
printf "%d\n", now() - $began;
systemctl('enable', '--quiet', $to);
