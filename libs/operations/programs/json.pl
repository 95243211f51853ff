# Joined in front of programs that answer in JSON: perl-base brings no JSON module.
# j($scalar) is a JSON string; true numbers are written by hand. Bytes that are not UTF-8 become U+FFFD.
use strict;
use warnings;
use POSIX ();
$| = 1;

sub j {
  my ($text) = @_;
  return 'null' unless defined $text;
  utf8::decode($text) or $text =~ s/[\x80-\xff]/\x{fffd}/g;
  $text =~ s/(["\\])/\\$1/g;
  $text =~ s/([\x00-\x1f\x7f])/sprintf('\\u%04x', ord $1)/ge;
  utf8::encode($text);
  return "\"$text\"";
}

sub j_list { return '[' . join(',', map { j($_) } @_) . ']' }

sub slurp {
  my ($path) = @_;
  open(my $file, '<', $path) or return undef;
  local $/;
  my $text = <$file>;
  close $file;
  return $text;
}
