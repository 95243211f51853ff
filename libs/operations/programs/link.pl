# Gives a release the links to what outlives it. Arguments: release directory, target of `node_modules` ('' = none),
# shared directory, then pairs of kind (`file` or `directory`) and path of each shared entry.
my ($release, $modules, $shared, @entries) = @ARGV;

sub link_at {
  my ($at, $target) = @_;
  system('mkdir', '-p', '--', $at =~ s{/[^/]*$}{}r) == 0 or die "mkdir for $at failed\n";
  unlink $at if -l $at;
  symlink $target, $at or die "symlink $at: $!\n";
}

link_at("$release/node_modules", $modules) if $modules ne '';
while (my ($kind, $path) = splice @entries, 0, 2) {
  system('mkdir', '-p', '--', "$shared/$path") == 0 or die "mkdir of $shared/$path failed\n" if $kind eq 'directory';
  link_at("$release/$path", "$shared/$path");
}
