# Moves declared entries of an adopted directory to where they are shared, in one step each: entry and symlink change
# places, so that the service never misses a file and the directory stays whole for the way back.
# Arguments: `forth` or `back`, the directory, the shared directory, then the paths of the entries.
my ($way, $tree, $shared, @entries) = @ARGV;
for my $entry (@entries) {
  my ($here, $there) = ("$tree/$entry", "$shared/$entry");
  if ($way eq 'forth') {
    next if !lstat $here or -l $here && readlink $here eq $there;
    next if -e $there && !(-l $there && readlink $there eq $there);
    system('mkdir', '-p', '--', $there =~ s{/[^/]*$}{}r) == 0 or die "mkdir for $there failed\n";
    unlink $there;
    symlink $there, $there or die "symlink $there: $!\n";    # points at itself until the exchange makes it true
    next if exchange($here, $there);
    # Another file system, or one that cannot exchange: a copy is shared, the directory keeps its own.
    unlink $there;
    system('cp', '-a', '--', $here, $there) == 0 or die "cp of $here failed\n";
    print "$entry\n";
  } else {
    if (-l $there && readlink $there eq $there) { unlink $there; next }
    next unless -l $here && readlink $here eq $there && -e $there;
    exchange($there, $here) or die "Could not move $there back to $here: $!\n";
    unlink $there;
  }
}
