# Stops one systemd unit and starts another that takes its place; prints the milliseconds between. Arguments: both units.
# Bears being run again: what is stopped or running already stays so.
my ($from, $to) = @ARGV;
my @root = $> == 0 ? () : ('sudo', '-n');
sub now { return +(POSIX::times())[0] * 1000 / POSIX::sysconf(POSIX::_SC_CLK_TCK()) }
sub systemctl { system(@root, 'systemctl', @_) == 0 or die "systemctl @_ ended with status " . ($? >> 8) . "\n" }
sub is_there { my ($unit) = @_; return system("systemctl cat -- '$unit' >/dev/null 2>&1") == 0 }
# What is not on this host owns no port and cannot be started again.
if (!is_there($from)) { systemctl('start', $to); systemctl('enable', '--quiet', $to); print "0\n"; exit }
if (!is_there($to)) { systemctl('disable', '--quiet', $from); systemctl('stop', $from); print "0\n"; exit }
systemctl('disable', '--quiet', $from);
my $began = now();
systemctl('stop', $from);
systemctl('start', $to);
printf "%d\n", now() - $began;
systemctl('enable', '--quiet', $to);
