# What a slot of a blue-green target runs. Arguments: verb, directory of the slots, slot; for `set` also the release's
# directory and the lines of its environment file. Each bears being run again.
#   set   points the slot at a release and says that it is to run; prints `set` or `as it was`, then seconds since boot
#   cool  says that it is not to come back with the host; what runs goes on
#   off   the same, and forgets the release
my ($verb, $slots, $slot, $release, @environment) = @ARGV;
my $link = "$slots/$slot";

if ($verb eq 'set') {
  system('mkdir', '-p', '--', $slots) == 0 or die "mkdir of $slots failed\n";
  my $text = join('', map { "$_\n" } @environment);
  my $linked = -l $link && readlink($link) eq $release;
  my $same = $linked && (slurp("$link.env") // '') eq $text;
  put("$link.env", $text);
  if (!$linked) {
    unlink "$link.new";
    symlink $release, "$link.new" or die "symlink $link: $!\n";
    rename "$link.new", $link or die "rename $link: $!\n";
  }
  put("$link.on", '');
  print $same ? "as it was\n" : "set\n";
  print +(split / /, slurp('/proc/uptime') // '0')[0], "\n";
} elsif ($verb eq 'cool' || $verb eq 'off') {
  my @gone = $verb eq 'off' ? ("$link.on", $link) : ("$link.on");
  for my $path (@gone) { unlink $path or $!{ENOENT} or die "unlink $path: $!\n" }
} else {
  die "slot knows no verb $verb\n";
}
system('sync', '--', $slots) == 0 or die "sync of $slots failed\n" if -d $slots;

sub put {
  my ($path, $content) = @_;
  open(my $file, '>', "$path.new") or die "open $path.new: $!\n";
  print $file $content;
  close $file or die "write $path.new: $!\n";
  system('sync', '--', "$path.new") == 0 or die "sync of $path.new failed\n";
  rename "$path.new", $path or die "rename $path: $!\n";
}
