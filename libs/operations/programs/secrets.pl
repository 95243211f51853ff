# The file of decrypted values beside a target's releases. Arguments: verb, its directory, id of the run.
#   keep     makes the directory, and keeps the file as it is for this run, or that there was none
#   restore  puts back what this run kept, and forgets it
# Each bears being run again, and being stopped anywhere. What an earlier run kept goes with the next run's `keep`: only
# the last run is ever taken back.
use Fcntl;
my ($verb, $directory, $run) = @ARGV;
my $live = "$directory/live.env";
my ($before, $none) = ("$directory/before-$run.env", "$directory/before-$run.none");

if ($verb eq 'keep') {
  system('mkdir', '-p', '-m', '0700', '--', $directory) == 0 or die "mkdir of $directory failed\n";
  chmod 0700, $directory or die "chmod $directory: $!\n";
  if (!-e $before && !-e $none) {
    put($before, slurp($live) // die "read $live: $!\n") if -e $live;
    put($none, '') if !-e $live;
  }
  forget(grep { $_ ne $before && $_ ne $none } kept());
} elsif ($verb eq 'restore') {
  if (-e $before) {
    rename $before, $live or die "rename $live: $!\n";
  } elsif (-e $none) {
    forget($live);
    sync_directory();
    forget($none);
  }
  forget(grep { /\.tmp$/ } kept());
} else {
  die "secrets knows no verb $verb\n";
}
sync_directory();
# Nothing is left where nothing was.
rmdir $directory if $verb eq 'restore';

# What was kept, and what a write that was stopped left.
sub kept {
  opendir(my $handle, $directory) or return;
  return map { "$directory/$_" } grep { /^before-|\.tmp$/ } readdir $handle;
}

sub forget {
  for my $path (@_) { unlink $path or $!{ENOENT} or die "unlink $path: $!\n" }
}

sub put {
  my ($path, $content) = @_;
  my $new = "$path.tmp";
  unlink $new;
  sysopen(my $file, $new, O_WRONLY | O_CREAT | O_EXCL, 0600) or die "open $new: $!\n";
  print $file $content;
  close $file or die "write $new: $!\n";
  system('sync', '--', $new) == 0 or die "sync of $new failed\n";
  rename $new, $path or die "rename $path: $!\n";
}

sub sync_directory {
  return if !-d $directory;
  system('sync', '--', $directory) == 0 or die "sync of $directory failed\n";
}
