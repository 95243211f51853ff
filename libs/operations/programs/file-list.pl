# Joined in front of programs that read file lists (mtree text, see libs/artifact). An entry is a hash:
# {path, type, exec, size, sha256, link}; the order is the list's.

sub unvis { my ($text) = @_; $text =~ s/\\([0-7]{3})/chr(oct $1)/ge; return $text }

sub parse_list {
  my ($text) = @_;
  my @entries;
  for my $line (split /\n/, $text) {
    next if $line eq '' || $line =~ /^#/;
    my ($name, @words) = split / /, $line;
    my %key = map { split /=/, $_, 2 } @words;
    push @entries, {
      path => unvis(substr $name, 2),
      type => $key{type},
      exec => ($key{mode} // '') eq '0755' ? 1 : 0,
      size => $key{size},
      sha256 => $key{sha256},
      link => defined $key{link} ? unvis($key{link}) : undef,
    };
  }
  return @entries;
}

# SHA-256 of many files below a directory: {path => hex}. Two at a time: hashing is what takes the time.
sub hash_files {
  my ($dir, @paths) = @_;
  my %hash;
  return \%hash unless @paths;
  my @halves = @paths > 64 ? ([@paths[0 .. $#paths / 2]], [@paths[$#paths / 2 + 1 .. $#paths]]) : ([@paths]);
  my @readers;
  for my $half (@halves) {
    pipe(my $names_in, my $names_out) or die "pipe: $!\n";
    pipe(my $sums_in, my $sums_out) or die "pipe: $!\n";
    my $pid = fork() // die "fork: $!\n";
    if (!$pid) {
      close $names_out; close $sums_in;
      open(STDIN, '<&', $names_in); open(STDOUT, '>&', $sums_out); open(STDERR, '>', '/dev/null');
      chdir $dir or exit 1;
      exec 'xargs', '-0', 'sha256sum', '-z', '--' or exit 127;
    }
    close $names_in; close $sums_out;
    my $writer = fork() // die "fork: $!\n";
    if (!$writer) {
      close $sums_in;
      print $names_out map { "./$_\0" } @$half;
      close $names_out;
      POSIX::_exit(0);
    }
    close $names_out;
    push @readers, [$sums_in, $pid, $writer];
  }
  for my $reader (@readers) {
    my ($sums, @pids) = @$reader;
    local $/ = "\0";
    while (my $line = <$sums>) {
      chomp $line;
      $hash{substr $line, 68} = substr $line, 0, 64;    # "<64 hex>  ./path"
    }
    close $sums;
    waitpid $_, 0 for @pids;
  }
  return \%hash;
}

# What of a list is really so below a directory: paths that are missing or differ. Files are hashed only where size,
# kind and executable bit agree. Returns (\@missing, \@changed, {path => 1 of files that are as listed}).
sub compare_tree {
  my ($dir, @entries) = @_;
  my (@missing, @changed, %same, @to_hash, %expected);
  for my $entry (@entries) {
    my $path = "$dir/$entry->{path}";
    my @stat = lstat $path;
    if (!@stat) { push @missing, $entry->{path}; next }
    if ($entry->{type} eq 'dir') { push @changed, $entry->{path} if !-d _; next }
    if ($entry->{type} eq 'link') {
      push @changed, $entry->{path} if !-l _ || readlink($path) ne $entry->{link};
      next;
    }
    if (!-f _ || -s _ != $entry->{size} || (($stat[2] & 0100) ? 1 : 0) != $entry->{exec}) {
      push @changed, $entry->{path};
      next;
    }
    push @to_hash, $entry->{path};
    $expected{$entry->{path}} = $entry->{sha256};
  }
  my $hash = hash_files($dir, @to_hash);
  for my $path (@to_hash) {
    if (($hash->{$path} // '') eq $expected{$path}) { $same{$path} = 1 }
    else { push @changed, $path }
  }
  return (\@missing, \@changed, \%same);
}

# Paths below a directory that a list does not name; not looked for below the names in %$ours (relative paths that the
# deployer itself puts there). A directory that is wholly extra is one entry.
sub extra_paths {
  my ($dir, $ours, @entries) = @_;
  my %known = map { $_->{path} => 1 } @entries;
  my @extra;
  my @todo = ('');
  while (defined(my $below = shift @todo)) {
    opendir(my $handle, $below eq '' ? $dir : "$dir/$below") or next;
    for my $name (readdir $handle) {
      next if $name eq '.' || $name eq '..';
      my $path = $below eq '' ? $name : "$below/$name";
      next if $ours->{$path};
      my $inside = grep { index($_, "$path/") == 0 } keys %$ours;
      if (!$known{$path} && !$inside) { push @extra, $path; next }
      push @todo, $path if -d "$dir/$path" && !-l "$dir/$path";
    }
    closedir $handle;
  }
  return sort @extra;
}

# The files below a directory of the kind that extra_paths gives as one entry, as [path, number of files]: $most of them
# by name, the others as one entry. A directory ends with a slash and counts as no file.
sub files_below {
  my ($dir, $path, $most) = @_;
  return [$path, 1] unless -d "$dir/$path" && !-l "$dir/$path";
  my (@files, @empty);
  my @todo = ($path);
  while (defined(my $below = shift @todo)) {
    opendir(my $handle, "$dir/$below") or do { push @empty, "$below/"; next };
    my @names = grep { $_ ne '.' && $_ ne '..' } readdir $handle;
    closedir $handle;
    push @empty, "$below/" unless @names;
    for my $name (@names) {
      my $inner = "$below/$name";
      if (-d "$dir/$inner" && !-l "$dir/$inner") { push @todo, $inner } else { push @files, $inner }
    }
  }
  @files = sort @files;
  my @more = @files > $most ? splice(@files, $most) : ();
  @empty = sort @empty;
  splice(@empty, $most) if @empty > $most;
  return ((map { [$_, 1] } @files), @more ? ["$path/… and " . @more . ' more', scalar @more] : (), map { [$_, 0] } @empty);
}
