# Removes releases, and then every set of installed dependencies that no release is left to use.
# Arguments: target directory, ids of the releases to remove.
my ($home, @ids) = @ARGV;
for my $id (@ids) {
  system('rm', '-rf', '--', "$home/releases/$id", "$home/releases/$id.partial") == 0 or die "rm of release $id failed\n";
  unlink "$home/releases/$id.mtree", "$home/releases/$id.mtree.sig", "$home/releases/$id.copied";
}
my %used;
if (opendir(my $handle, "$home/releases")) {
  for (readdir $handle) {
    my $link = readlink "$home/releases/$_/node_modules" // next;
    $used{$1} = 1 if $link =~ m{/dependencies/([^/]+)/};
  }
}
if (opendir(my $handle, "$home/dependencies")) {
  my @unused = grep { !/^\.\.?$/ && !$used{$_} } readdir $handle;
  system('rm', '-rf', '--', map { "$home/dependencies/$_" } @unused) == 0 or die "rm of dependencies failed\n" if @unused;
}
