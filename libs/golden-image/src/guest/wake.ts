/**
 * Sets the clock and gives the kernel a seed of its own, in the guest, before any Node process starts; in perl, which can make the
 * two system calls that a shell cannot. Reads `<seed as hex> <milliseconds since the epoch> <uptime in seconds
 * at that time>`: to start perl takes an emulated guest up to a second, which is added.
 *
 * Writing to /dev/urandom alone changes nothing for who reads from it soon after: the generator takes it in at its next reseed.
 * RNDRESEEDCRNG (linux/random.h: _IO('R', 0x07)) makes it take it in now. 227 is clock_settime on x86-64, 0 CLOCK_REALTIME.
 */
export const GUEST_WAKE = String.raw`
my ($seed, $now, $woken) = split ' ', <STDIN>;
$seed =~ /^[0-9a-f]{64}$/ or die "the seed is not 32 bytes\n";
$now =~ /^[0-9]{13}$/ or die "the time is not in milliseconds\n";
open(my $uptime, '<', '/proc/uptime') or die "no /proc/uptime: $!\n";
$now += int(((split ' ', <$uptime>)[0] - $woken) * 1000);
my $time = pack('qq', int($now / 1000), $now % 1000 * 1000000);
syscall(227, 0, $time) == 0 or die "the clock was not set: $!\n";
open(my $random, '>', '/dev/urandom') or die "no /dev/urandom: $!\n";
syswrite($random, pack('H*', $seed)) == 32 or die "the seed was not taken: $!\n";
ioctl($random, 0x5207, 0) or die "the kernel was not reseeded: $!\n";
`;
