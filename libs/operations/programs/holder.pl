# Whether somebody holds a lock, and who, in one JSON line. Arguments: the lock file.
# While it is held there is a note beside it; without one the lock is not even tried, so that asking is never in anybody's way.
my ($lock) = @ARGV;
my $note = slurp("$lock.json");
my $held = 0;
if (defined $note && open(my $file, '<', $lock)) { $held = flock($file, 5) ? 0 : 1 }    # LOCK_SH | LOCK_NB
print '{"held":', ($held ? 'true' : 'false'), ',"holder":', j($held ? $note : undef), "}\n";
