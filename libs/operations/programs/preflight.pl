# What a host has of what a deploy needs, in one JSON line. Looks only. Every argument is `<kind>=<value>`:
#   command, sudo-command   a program that has to be there; with sudo the directories of sbin count too
#   script, unit            a file that an interpreter is given; a unit that systemctl is
#   folder                  a directory that will be written in, there already or not
#   file                    a file that will be written, if it is there
#   target                  <path>\t<target directory>
# What is not there comes back under `absent`, word for word.
my %asked;
for (@ARGV) { my ($kind, $value) = split /=/, $_, 2; push @{ $asked{$kind} }, $value }

sub parent  { my ($path) = @_; $path =~ s{/[^/]*$}{}; return $path eq '' ? '/' : $path }
sub nearest { my ($at) = @_; $at = parent($at) while !-e $at && $at ne '/'; return $at }
sub gone    { my ($path) = @_; return !stat $path && ($!{ENOENT} || $!{ENOTDIR}) }

# The host's shell is asked, which knows its builtins too; quicker for what plainly is in PATH.
sub has_command {
  my ($command, @more) = @_;
  # Root may run what we may not even see.
  return !gone($command) if @more && $command =~ m{^/};
  return 1 if grep { -f "$_/$command" && -x _ } split(/:/, $ENV{PATH} // ''), @more;
  return system('sh', '-c', 'command -v "$1" >/dev/null 2>&1', 'sh', $command) == 0;
}

# Only what systemd itself says is taken for a no: where it does not run, nothing is known of units.
sub knows_unit {
  my ($unit) = @_;
  return said(2, 'timeout', '5', 'systemctl', '--no-pager', 'cat', '--', $unit) !~ /^No files found for /m;
}

# What a command writes to its standard output (1) or error (2); the other goes nowhere.
sub said {
  my ($stream, @command) = @_;
  my $pid = open(my $pipe, '-|') // die "fork: $!\n";
  if (!$pid) {
    open(STDERR, '>&', \*STDOUT) if $stream == 2;
    open($stream == 2 ? \*STDOUT : \*STDERR, '>', '/dev/null');
    $ENV{LC_ALL} = 'C';
    { no warnings; exec @command }
    POSIX::_exit(127);
  }
  local $/;
  my $text = <$pipe> // '';
  close $pipe;
  return $text;
}

my @absent = (
  map({ has_command($_) ? () : "command=$_" } @{ $asked{command} // [] }),
  map({ has_command($_, qw(/usr/local/sbin /usr/sbin /sbin)) ? () : "sudo-command=$_" } @{ $asked{'sudo-command'} // [] }),
  map({ gone($_) ? "script=$_" : () } @{ $asked{script} // [] }),
  map({ knows_unit($_) ? () : "unit=$_" } @{ $asked{unit} // [] }),
);

# Not -w: that looks at mode bits only, and says yes to root on a read-only file system.
my %denied;
sub must_write {
  my ($path, $mode) = @_;
  $denied{$path} //= "$!" if !POSIX::access($path, $mode);
}
my $ENTER = POSIX::W_OK() | POSIX::X_OK();
must_write(nearest($_), $ENTER) for @{ $asked{folder} // [] };
must_write($_, POSIX::W_OK()) for grep { -e } @{ $asked{file} // [] };

my %mounted = map { my $at = (split / /)[4]; $at =~ s/\\([0-7]{3})/chr oct $1/ge; ($at => 1) } split /\n/, slurp('/proc/self/mountinfo') // '';
my (%fixed, @targets);
for (@{ $asked{target} // [] }) {
  my ($path, $home) = split /\t/, $_, 2;
  my $folder = nearest(parent($path));
  must_write($folder, $ENTER);
  my @entry = lstat $path;
  # A directory changes its parent when it is adopted, which writes in the directory itself.
  must_write($path, $ENTER) if @entry && -d _;
  my @above = stat $folder;
  $fixed{$path} = 'mount' if @entry && $mounted{$path};
  # In a sticky directory only its owner and an entry's own may rename the entry: unlink(2).
  $fixed{$path} //= 'sticky' if @entry && $> != 0 && ($above[2] & 01000) && $above[4] != $> && $entry[4] != $>;
  push @targets, '{"home":' . j($home) . ',"device":' . ((stat nearest("$home/releases"))[0] // 0) . ',"live":' . live_size($path, $home) . '}';
}

# Whole blocks: what files take on the disk, not what they hold.
sub live_size {
  my ($path, $home) = @_;
  my $list;
  $list = slurp("$home/releases/$1.mtree") if (readlink($path) // '') =~ m{^\Q$home\E/releases/([^/]+)$};
  return 'null' unless defined $list;
  my ($bytes, $files) = (0, 0);
  for my $entry (parse_list($list)) { $files++; $bytes += 4096 * (1 + int((($entry->{size} // 0) + 4095) / 4096)) }
  return "{\"bytes\":$bytes,\"files\":$files}";
}

my %disk;
for (@{ $asked{target} // [] }) {
  my $at = nearest((split /\t/, $_, 2)[1] . '/releases');
  my $device = (stat $at)[0] // 0;
  next if $disk{$device};
  # The last line of df(1): bytes and inodes that are free for us, and all inodes, which is 0 or - where none are counted.
  my $df = said(1, 'df', '--block-size=1', '--output=avail,iavail,itotal', '--', $at);
  my ($bytes, $files, $all) = ((split /\n/, $df)[-1] // '') =~ /(\S+)/g;
  my $number = sub { defined $_[0] && $_[0] =~ /^\d+$/ ? $_[0] : 'null' };
  $files = undef if ($all // '') !~ /^[1-9]/;
  $disk{$device} = "{\"device\":$device,\"at\":" . j($at) . ',"bytes":' . $number->($bytes) . ',"files":' . $number->($files) . '}';
}

sub j_pairs { my ($name, %pairs) = @_; return join ',', map { '{"path":' . j($_) . ",\"$name\":" . j($pairs{$_}) . '}' } sort keys %pairs }
print '{"absent":', j_list(@absent), ',"denied":[', j_pairs('why', %denied), '],"fixed":[', j_pairs('why', %fixed), '],"targets":[',
  join(',', @targets), '],"disks":[', join(',', map { $disk{$_} } sort keys %disk), "]}\n";
