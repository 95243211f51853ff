# What of a new file list a tree on this host already has, in one JSON line. Standard input: the new list.
# Arguments: the tree ('' = there is none), its own list ('' = it has none: its own content is asked), paths the deployer put there.
my ($tree, $list_file, @ours) = @ARGV;
my @new = parse_list(do { local $/; <STDIN> });
my %ours = map { $_ => 1 } @ours;

my $own = $list_file eq '' ? undef : slurp($list_file);
my @old = defined $own ? parse_list($own) : ();
# Each is [kind, path, number of files]; a directory ends with a slash.
my (%drifted, @drift);
if (defined $own) {
  my ($missing, $changed) = compare_tree($tree, @old);
  %drifted = map { $_ => 1 } @$missing, @$changed;
  my %is_dir = map { $_->{type} eq 'dir' ? ($_->{path} => 1) : () } @old;
  push @drift, map { $is_dir{$_} ? ['missing', "$_/", 0] : ['missing', $_, 1] } @$missing;
  push @drift, map { $is_dir{$_} ? ['changed', "$_/", 0] : ['changed', $_, 1] } @$changed;
  push @drift, map { ['extra', @$_] } map { files_below($tree, $_, 200) } extra_paths($tree, \%ours, @old);
}

my (@send, @added, @changed_paths, @removed, @size_before);
my %before = map { $_->{path} => $_ } @old;
my $as_listed = defined $own || $tree eq '' ? {} : (compare_tree($tree, grep { $_->{type} eq 'file' } @new))[2];
for my $index (0 .. $#new) {
  my $entry = $new[$index];
  my $old = $before{$entry->{path}};
  my $alike = defined $own
    ? $old && $old->{type} eq $entry->{type} && ($old->{sha256} // '') eq ($entry->{sha256} // '')
      && $old->{exec} == $entry->{exec} && ($old->{link} // '') eq ($entry->{link} // '')
    : $as_listed->{$entry->{path}};
  next if $alike && !$drifted{$entry->{path}};
  push @send, $index if $entry->{type} eq 'file';
  next if $entry->{type} eq 'dir';
  next if $old && $alike;
  # A tree without a list is asked itself what it had.
  my $size = $old ? ($old->{size} // 0) : !defined $own && $tree ne '' ? (lstat "$tree/$entry->{path}")[7] : undef;
  if (defined $size) { push @changed_paths, $index; push @size_before, $size } else { push @added, $index }
}
my %after = map { $_->{path} => 1 } @new;
@removed = grep { !$after{$_->{path}} && $_->{type} ne 'dir' } @old;

print '{"send":[', join(',', @send), '],"added":[', join(',', @added), '],"changed":[', join(',', @changed_paths),
  '],"sizeBefore":[', join(',', @size_before), '],"removed":[',
  join(',', map { '{"path":' . j($_->{path}) . ',"size":' . ($_->{size} // 0) . '}' } @removed), '],"drift":[',
  join(',', map { '{"kind":' . j($_->[0]) . ',"path":' . j($_->[1]) . ',"files":' . $_->[2] . '}' } @drift), "]}\n";
