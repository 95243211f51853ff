# What a release on this host is, for whoever checks its signature, in one JSON line: what it says of itself, the SHA-256 of
# its file list, the signature beside that, and the files that are not as listed.
# Arguments: release directory, its list file, the signature's file.
my ($release, $list_file, $signature_file) = @ARGV;
my ($directory, $name) = $list_file =~ m{^(.*)/([^/]+)$}s;
my $list = slurp($list_file);
my $digest = defined $list ? hash_files($directory, $name)->{$name} : undef;
my ($missing, $changed) = defined $list ? compare_tree($release, parse_list($list)) : ([], []);
print '{"info":', j(slurp("$release/.release.json")), ',"digest":', j($digest), ',"signature":', j(slurp($signature_file)),
  ',"bad":', j_list(map({ "missing $_" } @$missing), map({ "changed $_" } @$changed)), "}\n";
