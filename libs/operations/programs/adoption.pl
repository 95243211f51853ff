# What a real directory holds and a file list lacks, in one JSON line. Standard input: the list.
# Arguments: the directory, then what will be put there anyway.
my ($tree, @ours) = @ARGV;
my @new = parse_list(do { local $/; <STDIN> });
my %ours = map { $_ => 1 } @ours;
print '{"extra":[', join(',', map { '{"path":' . j($_) . ',"directory":' . (-d "$tree/$_" && !-l "$tree/$_" ? 'true' : 'false') . '}' }
  extra_paths($tree, \%ours, @new)), "]}\n";
