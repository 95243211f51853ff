import { GUEST_SAYS, WAKE_WORD } from '../guest-contract';

/**
 * Where the guest waits, in perl: started before a snapshot is taken, so that no clone has to load it, and able to make system
 * calls that a shell cannot. Reads the console until the line that wakes it comes; then it sets the clock, gives the kernel a seed of
 * its own, and prints the line's other facts to who called it. No Node process that lives on has been started before.
 *
 * What every agent needs of the base, Node, is read into memory before: a clone of a snapshot finds it there. readahead(2) is 187 on x86-64;
 * a kernel takes no more than a little at a call (Linux 6.1, mm/readahead.c: what its disk takes at once).
 *
 * A kernel reseeds itself at a question that comes late enough after its last seed (Linux 6.1: half the time it has been up), which
 * would hide from the check of clones that it was not told to. Asked here, that time begins as late as it can.
 *
 * Writing to /dev/urandom alone changes nothing for who reads from it soon after: the generator takes it in at its next reseed.
 * RNDRESEEDCRNG (linux/random.h: _IO('R', 0x07)) makes it take it in now. 227 is clock_settime on x86-64, 0 CLOCK_REALTIME.
 */
export const GUEST_WAKE = String.raw`
open(my $random, '+<', '/dev/urandom') or die "no /dev/urandom: $!\n";
if (open(my $node, '<', '/usr/bin/node')) {
  my $size = -s $node;
  for (my $at = 0; $at < $size; $at += 131072) { syscall(187, fileno($node), $at, 131072) }
}
sysread($random, my $asked, 1);
print STDERR "${GUEST_SAYS.waiting}\n";
my ($line, $facts);
until (defined $facts) {
  $line = <STDIN>;
  defined $line or exit 1;
  ($facts) = $line =~ /^${WAKE_WORD} (.*)$/;
}
my %fact = map { split /=/, $_, 2 } split ' ', $facts;
my ($seed, $now) = (delete $fact{seed} // '', delete $fact{now} // '');
$seed =~ /^[0-9a-f]{64}$/ or die "the seed is not 32 bytes\n";
$now =~ /^[0-9]{13}$/ or die "the time is not in milliseconds\n";
my $time = pack('qq', int($now / 1000), $now % 1000 * 1000000);
syscall(227, 0, $time) == 0 or die "the clock was not set: $!\n";
syswrite($random, pack('H*', $seed)) == 32 or die "the seed was not taken: $!\n";
ioctl($random, 0x5207, 0) or die "the kernel was not reseeded: $!\n";
print map { "$_=$fact{$_} " } sort keys %fact;
`;
