# The audit log of a host, which several targets' runs write at once: each reads its end, makes its entry, and appends it
# only if the end is still the same. First argument: what is done.
#   read <log file> <name of the log>: the file's size and the last lines of that log, as JSON.
#   append <log file> <heads file> <size>: standard input is an entry and its head, a line each; says whether they were taken.
#   keep <heads file>: appends standard input's lines, heads of other hosts' logs.
use Fcntl qw(:flock :seek O_RDWR O_APPEND O_CREAT);
use IO::Handle ();
my ($verb, $file, @rest) = @ARGV;

sub open_locked {
  my ($path) = @_;
  sysopen(my $handle, $path, O_RDWR | O_APPEND | O_CREAT, 0644) or die "open $path: $!\n";
  flock($handle, LOCK_EX) or die "flock $path: $!\n";
  return $handle;
}

# Whole lines or nothing: what a full disk took a part of is given back. A line that a dying machine tore must not swallow
# what comes after it.
sub append_lines {
  my ($handle, $path, $text) = @_;
  my $size = -s $handle;
  my $last = "\n";
  if ($size > 0) { sysseek($handle, -1, SEEK_END); sysread($handle, $last, 1) }
  my $all = ($last eq "\n" ? '' : "\n") . $text;
  my $done = 0;
  while ($done < length $all) {
    my $n = syswrite($handle, $all, length($all) - $done, $done);
    if (!defined $n) {
      my $why = $!;
      truncate $handle, $size;
      die "write $path: $why\n";
    }
    $done += $n;
  }
  $handle->sync or die "sync $path: $!\n";
}

if ($verb eq 'read') {
  my ($log) = @rest;
  my $needle = '"log":' . j($log) . ',';
  my ($size, @lines) = (0);
  if (open(my $handle, '<', $file)) {
    flock($handle, LOCK_SH) or die "flock $file: $!\n";
    $size = -s $handle;
    while (my $line = <$handle>) {
      next if index($line, $needle) < 0;
      push @lines, $line;
      shift @lines if @lines > 5;
    }
  } elsif (!$!{ENOENT}) { die "open $file: $!\n" }
  print "{\"size\":$size,\"text\":" . j(join '', @lines) . "}\n";
} elsif ($verb eq 'append') {
  my ($heads, $size) = @rest;
  my ($entry, $head) = do { local $/; split /\n/, <STDIN> };
  my $handle = open_locked($file);
  if ((-s $handle) != $size) { print "{\"taken\":false}\n"; exit 0 }
  append_lines($handle, $file, "$entry\n");
  append_lines(open_locked($heads), $heads, "$head\n");
  print "{\"taken\":true}\n";
} else {
  my $text = do { local $/; <STDIN> };
  append_lines(open_locked($file), $file, $text);
  print "{\"taken\":true}\n";
}
