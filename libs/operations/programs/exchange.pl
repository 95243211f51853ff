# Joined in front of programs that move the path of a target.

# renameat2(2) with RENAME_EXCHANGE: two names change places in one step. The call's number by machine, from the
# kernel's system call tables. False where the machine is unknown or the file system cannot.
sub exchange {
  my ($one, $two) = @_;
  my %number = (x86_64 => 316, aarch64 => 276, armv7l => 382, riscv64 => 276, ppc64le => 357, s390x => 347, i686 => 353);
  my $call = $number{ (POSIX::uname())[4] } // return 0;
  my ($from, $to) = ("$one\0", "$two\0");
  return syscall($call, -100, $from, -100, $to, 2) == 0;
}

# The parent directory of a path, its name there, and the name beside it under which its successor is prepared.
sub names_at {
  my ($path) = @_;
  my $parent = $path =~ s{/[^/]*$}{}r || '/';
  my $name = $path =~ s{.*/}{}r;
  return ($parent, $name, "$parent/.$name.polydev-new");
}
