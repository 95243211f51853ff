#!/bin/sh
# Installs the Debian packages that building and booting golden images takes. Says first what it will do.
# Usage: bash scripts/install-golden-image.sh [--check]   (--check: only tells what is missing; exits 1 if anything is)
set -eu

# program:package, as libs/golden-image/src/tools.ts has them; a test compares the two.
needed='mkfs.erofs:erofs-utils
busybox:busybox-static
perl:perl-base
ldd:libc-bin
apt-get:apt
apt-cache:apt
dpkg-deb:dpkg
dpkg-query:dpkg
tar:tar
qemu-system-x86_64:qemu-system-x86'
kernel='linux-image-cloud-amd64'

PATH="$PATH:/usr/sbin:/sbin"

# busybox may be there in its other form, which needs libraries that a guest has not.
is_there() {
  program=$(command -v "$1") || return 1
  [ "$1" != busybox ] || ! ldd "$program" > /dev/null 2>&1
}

missing() {
  for pair in $needed; do
    is_there "${pair%%:*}" || echo "${pair#*:}"
  done | sort -u | tr '\n' ' ' | sed 's/ $//'
}

fail() {
  echo "install-golden-image: $*" >&2
  exit 1
}

check_only=no
case "${1-}" in
  '') ;;
  --check) check_only=yes ;;
  *) fail "unknown option $1; it takes --check or nothing" ;;
esac
[ $# -le 1 ] || fail 'it takes --check or nothing'

packages=$(missing)
if [ -z "$packages" ]; then
  echo 'All programs for golden images are installed.'
  # The kernel of the guests is not installed here: it is downloaded by apt when the first image is built.
  if [ -n "$(apt-cache depends "$kernel" 2> /dev/null)" ]; then exit 0; fi
  echo "apt knows no $kernel: its package lists are missing or old."
  [ "$check_only" = no ] || fail 'run "sudo apt-get update"'
else
  echo "Missing Debian packages: $packages"
  [ "$check_only" = no ] || fail 'run "bash scripts/install-golden-image.sh" to install them'
fi

command -v apt-get > /dev/null || fail 'there is no apt-get here; on Debian or Ubuntu these packages are enough'
if [ "$(id -u)" = 0 ]; then
  as_root=
elif command -v sudo > /dev/null; then
  as_root=sudo
else
  fail "only root can install them, and there is no sudo. As root: apt-get install --no-install-recommends $packages"
fi

run() {
  echo "+ ${as_root:+$as_root }$*"
  # shellcheck disable=SC2086 # empty where nothing has to stand before the command
  $as_root "$@"
}
run env DEBIAN_FRONTEND=noninteractive apt-get update -qq
# shellcheck disable=SC2086 # one word for each package
[ -z "$packages" ] || run env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages

packages=$(missing)
[ -z "$packages" ] || fail "still missing after the installation: $packages"
echo 'All programs for golden images are installed.'
