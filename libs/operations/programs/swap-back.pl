# Takes a swap back, wherever it stopped. Arguments: path, release directory that the swap pointed it at, what was
# there before: `nothing`, `symlink` or `directory`, then the symlink's text or the adopted release's directory.
my ($path, $release, $kind, $before) = @ARGV;
my ($parent, $name, $new) = names_at($path);

my $moved = -l $path && readlink($path) eq $release;
if ($kind eq 'symlink') {
  if ($moved) {
    unlink $new;
    symlink $before, $new or die "symlink $new: $!\n";
    rename $new, $path or die "rename $path: $!\n";
  }
} elsif ($kind eq 'nothing') {
  unlink $path or die "unlink $path: $!\n" if $moved;
} elsif (!(-d $path && !-l $path)) {
  # The directory is under the new name (died between exchange and rename), among the releases, or beside its path.
  my $directory = -d $new && !-l $new ? $new : -l $before ? readlink $before : $before;
  die "The adopted directory is not at $directory\n" unless -d $directory;
  if (!exchange($directory, $path)) {
    unlink $path if -l $path;
    rename $directory, $path or die "rename $path: $!\n";
  }
  unlink $directory if -l $directory;
  unlink $before if -l $before;
}
unlink $new if -l $new;
system('sync', $parent) == 0 or die "sync failed\n";
print $moved ? "swapped back\n" : "was not swapped\n";
