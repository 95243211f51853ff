# The newest deployment records whose text holds a word, newest first, as a JSON list of {id, text}.
# Arguments: directory of the records, how many, the word ('' = any).
my ($directory, $limit, $word) = @ARGV;
my @ids;
if (opendir(my $handle, $directory)) {
  @ids = reverse sort map { /^([^.].*)\.json$/ ? $1 : () } readdir $handle;
}
my @found;
for my $id (@ids) {
  last if @found >= $limit;
  my $text = slurp("$directory/$id.json") // next;
  push @found, '{"id":' . j($id) . ',"text":' . j($text) . '}' if index($text, $word) >= 0;
}
print '[', join(',', @found), "]\n";
