#!/bin/sh
# Installs the programs that the tests call, from Debian's or Ubuntu's packages, where they are missing; by sudo where this is not root.
cd -- "$(dirname -- "$0")/.." || exit
check='node tools/checks/bin/check.mjs tools'
if [ "$(id -u)" != 0 ] && command -v sudo > /dev/null; then
  # shellcheck disable=SC2086 # a command and its arguments
  $check > /dev/null 2>&1 || exec sudo -n env "PATH=$PATH" $check
else
  exec $check
fi
