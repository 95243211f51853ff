#!/usr/bin/perl
# Stands in the sandbox for programs that act on the whole machine.
use strict;
use warnings;

my ($name) = $0 =~ m{([^/]+)\z};

# A package that is downloaded into the current folder changes nothing of the machine; golden images get their kernel so.
if ($name eq 'apt-get') {
    my @words = @ARGV;
    while (@words && $words[0] =~ /\A-/) {
        my $option = shift @words;
        shift @words if $option eq '-o';
    }
    exec { '/usr/bin/apt-get' } 'apt-get', @ARGV if @words && $words[0] eq 'download';
}

my %instead = (
    sudo     => 'The sandbox needs no other user: leave `sudo` out in its environment of .deploy.yaml.',
    doas     => 'The sandbox needs no other user: leave `doas` out in its environment of .deploy.yaml.',
    service  => 'Use `systemctl <verb> <unit>`, which is the sandbox\'s own.',
    pkill    => 'Use `systemctl stop <unit>`, which is the sandbox\'s own.',
    killall  => 'Use `systemctl stop <unit>`, which is the sandbox\'s own.',
);
my $instead = $instead{$name} // 'Give the sandbox\'s environment of .deploy.yaml a command without it.';
print STDERR "sandbox: refused `$name`: it acts on this whole machine, not on the sandbox. Nothing was run. $instead\n";
exit 126;
