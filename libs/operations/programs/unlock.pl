# Ends every process that holds a lock file open, whatever it does, and answers in one JSON line:
# {"held":bool,"ended":["<pid> <command>"],"left":bool}. Arguments: the lock file, seconds between TERM and KILL ('' = only
# ask whether it is held).
use Fcntl qw(:flock);
my ($lock_file, $patience) = @ARGV;

# A lock that nobody holds is nobody's to break. Asking takes nothing: it is given back at once.
sub is_held {
  open(my $file, '<', $lock_file) or return 0;
  return flock($file, LOCK_SH | LOCK_NB) ? 0 : 1;
}

sub holders {
  my @found;
  for my $dir (glob '/proc/[0-9]*') {
    my ($pid) = $dir =~ /(\d+)$/;
    next if $pid == $$;
    push @found, $pid if grep { (readlink($_) // '') eq $lock_file } glob "$dir/fd/*";
  }
  return @found;
}

sub wait_free {
  my ($seconds) = @_;
  for (1 .. $seconds * 20) {
    return 1 unless is_held();
    select undef, undef, undef, 0.05;
  }
  return 0;
}

my $held = is_held();
my %ended;
if ($held && $patience ne '') {
  for my $signal ('TERM', 'KILL') {
    for my $pid (holders()) {
      my $command = slurp("/proc/$pid/cmdline") // '';
      $command =~ s/\0/ /g;
      # A program that was given as text is long, and its text may hold what is not for a journal.
      $ended{$pid} = "$pid " . substr($command =~ s/\s.*//sr, 0, 80);
      kill $signal, $pid;
    }
    last if wait_free($patience);
  }
}
print '{"held":', ($held ? 'true' : 'false'), ',"ended":', j_list(map { $ended{$_} } sort { $a <=> $b } keys %ended),
  ',"left":', ($held && is_held() ? 'true' : 'false'), "}\n";
