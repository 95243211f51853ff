# Which process of this host listens on a TCP port, in one JSON line: {"seen":bool,"processes":[{pid,started,cwd}]}.
# `started` is in seconds since boot. `seen` is false where nothing listens; processes of other users may not be told.
my ($port) = @ARGV;
my $hex = sprintf ':%04X', $port;
my %inode;
for my $file ('/proc/net/tcp', '/proc/net/tcp6') {
  for (split /\n/, slurp($file) // '') {
    my @field = split ' ';
    $inode{"socket:[$field[9]]"} = 1 if @field > 9 && $field[3] eq '0A' && substr($field[1], -5) eq $hex;
  }
}
my @found;
if (%inode) {
  for my $dir (glob '/proc/[0-9]*') {
    next unless grep { $inode{ readlink($_) // '' } } glob "$dir/fd/*";
    my $stat = slurp("$dir/stat") // next;
    my @field = split ' ', $stat =~ s/^.*\)//sr;    # the name may hold anything; fields are counted behind it
    my $started = $field[19] / 100;    # clock ticks: 100 a second on every Linux that userland sees
    push @found, '{"pid":' . ($dir =~ s{.*/}{}r) . ",\"started\":$started,\"cwd\":" . j(readlink("$dir/cwd") // undef) . '}';
  }
}
print '{"seen":', (%inode ? 'true' : 'false'), ',"processes":[', join(',', @found), "]}\n";
