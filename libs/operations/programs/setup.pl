# Brings one thing of a host to what it has to be, as root. Arguments: `check` (looks only) or `apply`, verb, its own.
# A file's content comes on standard input. Prints `as it was`, `missing` (check), `made` or `changed`; each bears being
# run again, and none takes away what it did not make.
#   package PROGRAM PACKAGE          a program, by apt-get where it is missing
#   user NAME                        an account with a home, a shell, and no password
#   member NAME GROUP                a group that an account is in; passed over where there is no such group
#   key NAME LINE                    a public key that may log in as NAME
#   directory PATH OWNER MODE        a directory and those above it; only one that was missing is given its owner
#   file PATH OWNER MODE CHECK       a file; CHECK is a command that has to accept the content first, or empty
#   present PATH, account NAME       what the manifest names has to be there
#   resocket SOCKET SERVICE          has a socket that runs listen as its unit says now
#   reload UNIT…                     has systemd read its units anew, where it has not
#   reread UNIT                      has a service that runs read its configuration anew
#   enable UNIT NOW                  a unit that comes with the host; where NOW is `now` it is started too
my ($mode, $verb, @given) = @ARGV;
my $apply = $mode eq 'apply';
$ENV{DEBIAN_FRONTEND} = 'noninteractive';
$ENV{LC_ALL} = 'C';

my %verbs = (
  package => \&package_of, user => \&user, member => \&member, key => \&key,
  present => \&present, account => \&account, resocket => \&resocket, directory => \&directory, file => \&file, reload => \&reload, reread => \&reread, enable => \&enable,
);
my $does = $verbs{$verb} or die "setup knows no verb $verb\n";
print $does->(@given), "\n";

sub must { system(@_) == 0 or die "@_ ended with status " . ($? >> 8) . "\n" }
sub quiet { my $pid = fork() // die "fork: $!\n"; if (!$pid) { open STDOUT, '>', '/dev/null'; open STDERR, '>', '/dev/null'; exec { $_[0] } @_ or POSIX::_exit(127) } waitpid $pid, 0; return $? == 0 }
sub on_path { my ($name) = @_; return grep { -x "$_/$name" } split(/:/, $ENV{PATH} . ':/usr/sbin:/sbin:/usr/local/sbin') }
sub loud { my $pid = fork() // die "fork: $!\n"; if (!$pid) { open STDOUT, '>&', \*STDERR; exec { $_[0] } @_ or POSIX::_exit(127) } waitpid $pid, 0; $? == 0 or die "@_ ended with status " . ($? >> 8) . "\n" }

sub package_of {
  my ($name, $package) = @_;
  return 'as it was' if on_path($name);
  return 'missing' if !$apply;
  on_path('apt-get') or die "$name is not installed, and there is no apt-get to install $package with\n";
  if (!quiet('apt-get', 'install', '--yes', '--no-install-recommends', $package)) {
    loud('apt-get', 'update');
    loud('apt-get', 'install', '--yes', '--no-install-recommends', $package);
  }
  return 'made';
}

sub user {
  my ($name) = @_;
  return 'as it was' if defined getpwnam $name;
  return 'missing' if !$apply;
  loud('useradd', '--create-home', '--shell', '/bin/sh', '--password', '*', $name);
  return 'made';
}

sub member {
  my ($name, $group) = @_;
  my @group = getgrnam $group or return 'as it was';
  my @account = getpwnam $name;
  return 'as it was' if grep { $_ eq $name } split / /, $group[3];
  return 'as it was' if @account && ($account[3] == $group[2] || $account[2] == 0);
  return 'missing' if !$apply;
  loud('usermod', '--append', '--groups', $group, $name);
  return 'made';
}

sub key {
  my ($name, $line) = @_;
  my @account = getpwnam $name;
  return 'missing' if !@account && !$apply;
  my ($uid, $gid, $home) = @account[2, 3, 7];
  my $file = "$home/.ssh/authorized_keys";
  my ($type, $blob) = split / /, $line;
  my $text = slurp($file) // '';
  return 'as it was' if grep { my @words = split / /; grep { $_ eq $blob } @words } split /\n/, $text;
  return 'missing' if !$apply;
  mkdir "$home/.ssh", 0700;
  chown $uid, $gid, "$home/.ssh";
  $text .= "\n" if $text ne '' && $text !~ /\n\z/;
  put($file, "$text$line\n", $uid, $gid, 0600);
  return 'made';
}

sub directory {
  my ($path, $owner, $bits) = @_;
  return 'as it was' if -d $path && may_write($owner, $path);
  die "$path is there and $owner may not write to it; choose a path below a directory of its own\n" if -d $path;
  return 'missing' if !$apply;
  my @account = getpwnam $owner or die "there is no account $owner\n";
  must('mkdir', '-p', '--', $path);
  chown $account[2], $account[3], $path or die "chown $path: $!\n";
  chmod oct $bits, $path or die "chmod $path: $!\n";
  return 'made';
}

sub file {
  my ($path, $owner, $bits, $check) = @_;
  my $content = do { local $/; <STDIN> } // '';
  my $there = slurp($path);
  return 'as it was' if defined $there && $there eq $content;
  return defined $there ? 'differs' : 'missing' if !$apply;
  my @account = getpwnam $owner or die "there is no account $owner\n";
  must('mkdir', '-p', '--', $path =~ s{/[^/]*\z}{}r);
  if ($check ne '') {
    # Proven under a name that its reader passes over.
    put("$path.check~", $content, 0, 0, 0600);
    my $good = system('sh', '-c', "$check \"\$1\" >&2", 'sh', "$path.check~") == 0;
    unlink "$path.check~";
    $good or die "$path was not written: its content was refused\n";
  }
  put($path, $content, $account[2], $account[3], oct $bits);
  return defined $there ? 'changed' : 'made';
}

# Whether an account may write to a directory; one that is not there yet may be given it.
sub may_write {
  my ($name, $path) = @_;
  my @account = getpwnam $name or return 1;
  my $pid = fork() // die "fork: $!\n";
  if (!$pid) { $) = "$account[3] $account[3]"; $( = $account[3]; $> = $< = $account[2]; POSIX::_exit(-w $path ? 0 : 1) }
  waitpid $pid, 0;
  return $? == 0;
}

sub present { my ($path) = @_; return 'as it was' if -e $path; die "there is no $path on this host\n" }

sub account { my ($name) = @_; return 'as it was' if defined getpwnam $name; die "there is no account $name on this host\n" }

sub resocket {
  my ($socket, $service) = @_;
  return 'missing' if !$apply;
  must('systemctl', 'stop', $service, $socket);
  must('systemctl', 'start', $socket);
  must('systemctl', 'start', $service);
  return 'made';
}

sub reload {
  my @units = @_;
  my $stale = `systemctl show --property=NeedDaemonReload -- @units 2>/dev/null` =~ /=yes/;
  return 'as it was' if !$stale;
  return 'missing' if !$apply;
  must('systemctl', 'daemon-reload');
  return 'made';
}

sub reread {
  my ($unit) = @_;
  return 'as it was' if !quiet('systemctl', 'is-active', '--quiet', $unit);
  return 'missing' if !$apply;
  must('systemctl', 'reload', $unit);
  return 'made';
}

sub enable {
  my ($unit, $now) = @_;
  my $enabled = quiet('systemctl', 'is-enabled', '--quiet', $unit);
  my $active = $now ne 'now' || quiet('systemctl', 'is-active', '--quiet', $unit);
  return 'as it was' if $enabled && $active;
  return 'missing' if !$apply;
  loud('systemctl', 'enable', '--quiet', $unit) if !$enabled;
  if (!$active && !quiet('systemctl', 'start', $unit)) {
    system("journalctl --unit '$unit' --lines 10 --no-pager --output cat >&2");
    die "$unit does not start\n";
  }
  return 'made';
}

sub put {
  my ($path, $content, $uid, $gid, $bits) = @_;
  unlink "$path.new~";
  sysopen(my $file, "$path.new~", POSIX::O_WRONLY() | POSIX::O_CREAT() | POSIX::O_EXCL(), $bits) or die "open $path.new~: $!\n";
  print $file $content;
  chown $uid, $gid, "$path.new~" or die "chown $path: $!\n";
  chmod $bits, "$path.new~" or die "chmod $path: $!\n";
  close $file or die "write $path: $!\n";
  must('sync', '--', "$path.new~");
  rename "$path.new~", $path or die "rename $path: $!\n";
}
