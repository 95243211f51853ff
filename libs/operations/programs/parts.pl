# Deployments that are not closed yet, as a JSON list of {id, parts: [text], record: text or null}.
# Argument: directory of the records.
my ($directory) = @ARGV;
my @open;
if (opendir(my $handle, $directory)) {
  for my $name (sort readdir $handle) {
    my ($id) = $name =~ /^([^.].*)\.parts$/ or next;
    opendir(my $inner, "$directory/$name") or next;
    my @parts = map { slurp("$directory/$name/$_") // () } sort grep { /^[^.].*\.json$/ } readdir $inner;
    push @open, '{"id":' . j($id) . ',"parts":' . j_list(@parts) . ',"record":' . j(slurp("$directory/$id.json")) . '}';
  }
}
print '[', join(',', @open), "]\n";
