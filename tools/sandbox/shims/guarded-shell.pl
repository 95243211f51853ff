#!/usr/bin/perl
# The sandbox's `sh` and `bash`: a guard against accidents in front of the real shell, not a jail.
#
# A manifest is written for a server, where /opt/x is the server's. Run on a newcomer's own machine, the same line would
# act on that machine. So a command line, or the name and arguments of a script, is refused when it names a place
# outside the sandbox. Text that the shell puts together only when it runs is beyond what can be seen here.
use strict;
use warnings;
use Cwd ();

my ($bin, $name) = $0 =~ m{\A(.*)/([^/]+)\z}s or die "sandbox: $0 was not called by its path\n";
my $root = Cwd::realpath("$bin/../root") // die "sandbox: $bin/../root is gone; run `npm run sandbox:start`\n";
my $INSIDE = "\x01";    # stands for the root while a text is looked at
my $harmless = qr{\A/dev/(?:null|zero|urandom|stdin|stdout|stderr|tty|fd/\d+)\z};

sub refuse {
    my ($why, $advice) = @_;
    $advice //= 'In the sandbox\'s environment of .deploy.yaml, write paths with ${root}.';
    print STDERR "sandbox: refused to run this with $name: $why. The sandbox is $root. Nothing was run. $advice\n";
    exit 126;
}

# Where an absolute path leads by its text alone: `.`, `..` and doubled slashes worked out.
sub normal {
    my @parts;
    for (split m{/+}, $_[0]) {
        next if $_ eq '' || $_ eq '.';
        $_ eq '..' ? pop @parts : push @parts, $_;
    }
    return '/' . join '/', @parts;
}

sub is_inside { my $path = normal($_[0]); return $path eq $root || index($path, "$root/") == 0 }

# One word of a command line, without quotes, with $INSIDE for the root.
sub look_at_word {
    my ($word) = @_;
    $word =~ s/[)}]+\z//;
    my $shown = $word =~ s/$INSIDE/$root/gr;
    refuse("it uses $word, which the sandbox does not need", 'Leave it out in the sandbox\'s environment of .deploy.yaml.')
        if $word =~ /\A(?:sudo|doas)\z/;
    refuse("$shown is a home folder of this machine") if $word =~ /\A~/;
    refuse("$shown is outside the sandbox") if $shown =~ m{\A/} && $shown !~ $harmless && !is_inside($shown);
    return unless $word =~ m{(?:\A|/)\.\.(?:/|\z)} && $shown !~ m{\A/};
    # A relative path that climbs: from where, is known for the current folder and for variables that are set.
    my $from = Cwd::getcwd();
    $from = $ENV{$1} // return if $shown =~ s/\A\$\{?(\w+)\}?//;
    return if $from !~ m{\A/} || !is_inside($from);
    refuse("$word leads out of the sandbox") unless is_inside("$from/$shown");
}

# `$NAME/x` means `/x` when NAME is empty: the accident that deletes machines.
sub look_at_variables {
    my ($text) = @_;
    while ($text =~ m{\$(?:(\w+)|\{(\w+)\})/}g) {
        my $variable = $1 // $2;
        next if length($ENV{$variable} // '') || $variable =~ /\A\d+\z/;
        next if $text =~ /\b\Q$variable\E=./ || $text =~ /\b(?:for|read(?:\s+-\w+)*)\s+\Q$variable\E\b/;
        refuse("\$$variable is not set, so that \$$variable/… would mean /…");
    }
}

sub look_at_text {
    my ($text) = @_;
    my $plain_root = $root =~ s/[\\'"]//gr;
    look_at_variables($text);
    $text =~ s/\\\n//g;
    $text =~ s/[\\'"]//g;                                         # quotes do not end a word
    $text =~ s/`([^`]*)`/\$($1)/g;
    $text =~ s/\Q$plain_root\E(?![^\/\s;&|()<>{},:=])/$INSIDE/g;  # the root itself, not a sibling such as root2
    $text =~ s{\b(?!file:)[a-z][a-z0-9+.-]*://[^\s;&|()<>]*}{URL}gi;
    $text =~ s{:[-=?+]}{ }g;                                      # ${NAME:-/default}
    $text =~ s{(\A|\s)-[A-Za-z](?=/\w)}{$1}g;                     # -C/folder
    # `)` and `}` may be followed by the rest of a word: $(pwd)/x, ${NAME}/x
    $text =~ s/\$\{(\w+)\}/\$$1/g;
    look_at_word($_) for grep { length } split /[\s;&|(<>{,=:@]+|(?<=\))(?!\/)/, $text;
}

# Arguments that a script gets are words already.
sub look_at_argument {
    my ($argument) = @_;
    refuse("$argument is outside the sandbox") if $argument =~ m{\A/} && $argument !~ $harmless && !is_inside($argument);
}

# An installed program may be a script itself, whose first line had the PATH searched for `bash`.
sub is_installed_program {
    my ($folder) = $_[0] =~ m{\A(/.*)/[^/]+\z}s;
    return defined $folder && grep { $_ eq $folder } split /:/, $ENV{PATH} // '';
}

my @rest = @ARGV;
my $has_text = 0;
while (@rest && $rest[0] =~ /\A[-+]./s && $rest[0] ne '--') {
    my $option = shift @rest;
    $has_text = 1 if $option =~ /\A-[A-Za-z]*c/;
    shift @rest if $option =~ /\A[-+][A-Za-z]*[oO]\z|\A--(?:rcfile|init-file)\z/;
}
shift @rest if @rest && $rest[0] eq '--';

if ($has_text) {
    look_at_text($rest[0]) if @rest;
    look_at_argument($_) for @rest[1 .. $#rest];
}
elsif (@rest && !is_installed_program($rest[0])) {
    look_at_argument($_) for @rest;
}

exec { "/bin/$name" } $name, @ARGV or do { print STDERR "sandbox: /bin/$name: $!\n"; exit 127 };
