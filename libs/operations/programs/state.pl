# What a target is on this host, in one JSON line.
# Arguments: path, target directory (<state_dir>/targets/<target>), then for each shared entry its path.
my ($path, $home, @shared) = @ARGV;

my @stat = lstat $path;
my $kind = !@stat ? 'absent' : -l _ ? 'symlink' : -d _ ? 'directory' : 'other';
my $link = $kind eq 'symlink' ? readlink $path : undef;
my $release;
$release = $1 if defined $link && $link =~ m{^\Q$home\E/releases/([^/]+)$};

my @releases;
if (opendir(my $handle, "$home/releases")) {
  for my $name (sort readdir $handle) {
    next if $name =~ /^\./ || $name =~ /\.mtree$/ || !-d "$home/releases/$name";
    my $info = slurp("$home/releases/$name/.release.json");
    my $list = -e "$home/releases/$name.mtree" ? 'true' : 'false';
    my $age = int((stat "$home/releases/$name")[9] // 0);
    push @releases, '{"id":' . j($name) . ',"info":' . j($info) . ",\"hasList\":$list,\"mtime\":$age}";
  }
}

my @present = map { -e "$home/shared/$_" || -l "$home/shared/$_" ? 'true' : 'false' } @shared;
my @dependencies;
if (opendir(my $handle, "$home/dependencies")) {
  @dependencies = grep { !/^\./ && !/\.partial$/ } readdir $handle;
}

# The journal from the last begun run on, and the ids of all runs in the order in which they began.
my ($journal, $offset) = ('', 0);
my @runs;
if (open(my $file, '<', "$home/journal.jsonl")) {
  my $start = 0;
  while (my $line = <$file>) {
    next if index($line, '"event":"begin"') < 0;
    $start = tell($file) - length $line;
    push @runs, $1 if $line =~ /"run":"([^"]+)"/;
  }
  seek $file, $start, 0;
  local $/;
  $journal = <$file> // '';
}

my $secrets = -e "$home/secrets/live.env" ? 'true' : 'false';
my $node = `node --version 2>/dev/null`;
chomp $node;
my $machine = (POSIX::uname())[4];

print '{"path":{"kind":', j($kind), ',"link":', j($link), ',"release":', j($release), '},',
  '"releases":[', join(',', @releases), '],"sharedPresent":[', join(',', @present), '],',
  '"dependencies":', j_list(@dependencies), ',"journal":', j($journal), ',"runs":', j_list(@runs),
  ',"targetFile":', j(slurp("$home/target.json")), ",\"secretsPlaced\":$secrets",
  ',"node":', j($node), ',"machine":', j($machine), "}\n";
