# Places a release: unpacks what was sent, copies from a tree on this host what it already has, proves the whole
# against the file list, makes it durable, and only then gives it its name.
# Arguments: release directory, its list file, the tree to copy from ('' = none), `rsync` if rsync has brought the sent
# files into <release>.partial already (else ''), then indexes of the files sent.
# Standard input: a gzipped tar of everything but the copied files, and but the sent ones where rsync brought them.
my ($release, $list_file, $source, $rsync, @sent) = @ARGV;
my $partial = "$release.partial";

sub run_or_die { system(@_) == 0 or die "$_[0] ended with status " . ($? >> 8) . "\n" }

run_or_die('rm', '-rf', '--', $rsync ? () : $partial, $release);
run_or_die('mkdir', '-p', '--', $partial);
run_or_die('tar', '--extract', '--gzip', '--no-same-owner', '--preserve-permissions', '--file', '-', '--directory', $partial);

my @entries = parse_list(slurp($list_file) // die "There is no file list at $list_file\n");
my %was_sent = map { $_ => 1 } @sent;
if ($rsync) {
  # As tar would have left them.
  for my $entry (@entries[@sent]) {
    my $path = "$partial/$entry->{path}";
    chmod $entry->{exec} ? 0755 : 0644, $path;
    utime 0, 0, $path;
  }
}
my @copied = map { $entries[$_]{path} } grep { $entries[$_]{type} eq 'file' && !$was_sent{$_} } 0 .. $#entries;
if (@copied) {
  open(my $xargs, '|-', 'sh', '-c', 'cd "$1" && xargs -0 cp --no-dereference --preserve=mode,timestamps --reflink=auto --parents --target-directory="$2" --', 'sh', $source, $partial)
    or die "cp: $!\n";
  print $xargs map { "./$_\0" } @copied;
  close $xargs or die 'cp ended with status ' . ($? >> 8) . "\n";
}

# --parents gave directories the source's modes; the list says what they are.
chmod 0755, map { "$partial/$_->{path}" } grep { $_->{type} eq 'dir' } @entries;
chmod 0755, $partial;

my ($missing, $changed) = compare_tree($partial, @entries);
my @extra = extra_paths($partial, { '.release.json' => 1 }, @entries);
if (@$missing || @$changed || @extra) {
  my @bad = (map({ "missing $_" } @$missing), map({ "changed $_" } @$changed), map({ "extra $_" } @extra));
  die 'The placed files are not those of the artifact: ' . join(', ', @bad > 10 ? (@bad[0 .. 9], '…') : @bad) . "\n";
}
run_or_die('sync', '--file-system', $partial);
rename $partial, $release or die "rename: $!\n";
run_or_die('sync', $release =~ s{/[^/]*$}{}r);
