# Moves declared entries of an adopted directory to where they are shared, in one step each: entry and symlink change
# places, so that the service never misses a file and the directory stays whole for the way back.
# Arguments: `forth` or `back`, the directory, the shared directory, a file that remembers which entries had to be copied
# instead (another file system), then the paths of the entries.
my ($way, $tree, $shared, $copies, @entries) = @ARGV;
my %copied = map { $_ => 1 } split /\0/, slurp($copies) // '';
for my $entry (@entries) {
  my ($here, $there) = ("$tree/$entry", "$shared/$entry");
  if ($way eq 'forth') {
    next if !lstat $here or -l $here && readlink $here eq $there;
    next if !$copied{$entry} && -e $there && !(-l $there && readlink $there eq $there);
    system('mkdir', '-p', '--', $there =~ s{/[^/]*$}{}r) == 0 or die "mkdir for $there failed\n";
    system('rm', '-rf', '--', $there) == 0 or die "rm of $there failed\n" if $copied{$entry};
    unlink $there;
    symlink $there, $there or die "symlink $there: $!\n";    # points at itself until the exchange makes it true
    next if exchange($here, $there);
    # Another file system, or one that cannot exchange: a copy is shared, the directory keeps its own.
    unlink $there;
    remember($entry);
    system('cp', '-a', '--', $here, $there) == 0 or die "cp of $here failed\n";
    print "$entry\n";
  } elsif ($copied{$entry}) {
    system('rm', '-rf', '--', $there) == 0 or die "rm of $there failed\n";
  } else {
    if (-l $there && readlink $there eq $there) { unlink $there; next }
    next unless -l $here && readlink $here eq $there && -e $there;
    exchange($there, $here) or die "Could not move $there back to $here: $!\n";
    unlink $there;
  }
}
unlink $copies if $way eq 'back';

# Before the copy is made, so that the way back removes it whole or half.
sub remember {
  my ($entry) = @_;
  open(my $file, '>>', $copies) or die "$copies: $!\n";
  print $file "$entry\0";
  close $file or die "$copies: $!\n";
}
