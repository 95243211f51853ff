# Points a path at a release, by one rename. Arguments: path, release directory, where an adopted directory goes.
# A real directory at the path changes places with the symlink in one step (RENAME_EXCHANGE) and becomes a release.
# Prints: `swapped`, `adopted`, or `adopted with a gap` where the file system cannot exchange.
my ($path, $release, $adopted) = @ARGV;
my ($parent, $name, $new) = names_at($path);

sub sync_or_die { system('sync', @_) == 0 or die "sync ended with status " . ($? >> 8) . "\n" }

system('mkdir', '-p', '--', $parent) == 0 or die "mkdir of $parent failed\n";
if (-d $path && !-l $path) {
  # A run that died between exchange and rename left the directory under the new name: then this is the second try.
  unlink $new;
  symlink $release, $new or die "symlink $new: $!\n";
  if (exchange($path, $new)) {
    keep($new, $adopted);
    print "adopted\n";
  } else {
    keep($path, $adopted);
    rename $new, $path or die "rename $path: $!\n";
    print "adopted with a gap\n";
  }
} else {
  die "$path is neither a symlink nor a directory\n" if -e $path && !-l $path;
  keep($new, $adopted) if -d $new && !-l $new;
  unlink $new;
  symlink $release, $new or die "symlink $new: $!\n";
  rename $new, $path or die "rename $path: $!\n";
  print "swapped\n";
}
sync_or_die($parent);
# Seconds since boot at which the path was swapped: a process that answers for the release began later.
print +(split / /, slurp('/proc/uptime') // '0')[0], "\n";

# Moves an adopted directory among the releases; on another file system it stays beside its path, and a symlink among
# the releases leads to it.
sub keep {
  my ($directory, $release) = @_;
  return if rename $directory, $release;
  my $beside = "$parent/.$name." . ($release =~ s{.*/}{}r);
  rename $directory, $beside or die "rename $directory: $!\n";
  unlink $release;
  symlink $beside, $release or die "symlink $release: $!\n";
}
