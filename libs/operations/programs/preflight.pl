# Whether a host has what a deploy needs, in one JSON line. Arguments: state directory, then paths of targets that will
# be written, `--`, then commands that must be there.
my ($state_dir, @rest) = @ARGV;
my (@paths, @commands);
while (@rest) { my $path = shift @rest; last if $path eq '--'; push @paths, $path }
@commands = @rest;

sub nearest { my ($at) = @_; $at =~ s{/[^/]*$}{} while $at ne '' && !-e $at; return $at eq '' ? '/' : $at }

# The host's shell is asked, which knows its builtins too; quicker for what plainly is in PATH.
my @missing;
for my $command (@commands) {
  next if grep { -x "$_/$command" } split /:/, $ENV{PATH} // '';
  push @missing, $command if system('sh', '-c', 'command -v "$1" >/dev/null 2>&1', 'sh', $command) != 0;
}
# Not -w: that looks at mode bits only, and says yes to root on a read-only file system.
my @locked = map { nearest($_) } grep { !POSIX::access(nearest($_), POSIX::W_OK()) } ($state_dir, map { s{/[^/]*$}{}r } @paths);
my ($bytes, $inodes) = ('null', 'null');
my $df = `LC_ALL=C df -Pk -- '@{[ nearest($state_dir) =~ s/'/'\\''/gr ]}' 2>/dev/null`;
$bytes = $1 * 1024 if $df =~ /\n\S.*\s+\d+\s+\d+\s+(\d+)\s+\d+%/;
my $dfi = `LC_ALL=C df -Pi -- '@{[ nearest($state_dir) =~ s/'/'\\''/gr ]}' 2>/dev/null`;
$inodes = $1 if $dfi =~ /\n\S.*\s+\d+\s+\d+\s+(\d+)\s+\d+%/;
my $node = `node --version 2>/dev/null`;
chomp $node;
my %seen;
print '{"missing":', j_list(@missing), ',"locked":', j_list(grep { !$seen{$_}++ } @locked),
  ",\"freeBytes\":$bytes,\"freeInodes\":$inodes,\"node\":", j($node), "}\n";
