#!/bin/sh
# Turns this process, number 1 of fresh mount, PID, UTS, IPC, network and cgroup namespaces, into a Debian host's init.
# Arguments: the host's folder, its name, its cgroup, the base, the Node binary, and what /opt is to be:
# `none`, `loop` (the file opt.img, which keeps what is on it) or `tmpfs,<options>` (which does not).
set -eu
host=$1 name=$2 cgroup=$3 base=$4 node=$5 opt=$6
root=$host/root

# Fail closed: a systemd at the root of the machine's own cgroup tree would move all processes of the machine about.
if [ "$(grep '^0::' /proc/self/cgroup)" != 0::/ ] || ! grep -qx 1 "$cgroup/cgroup.procs"; then
  echo "not in a cgroup of its own: not booted" >&2
  exit 1
fi

mount -t overlay overlay -o "lowerdir=$base,upperdir=$host/upper,workdir=$host/work" "$root"
mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys"
[ ! -e "$root/proc/sysrq-trigger" ] || mount --bind /dev/null "$root/proc/sysrq-trigger"
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs "$root/sys"
mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755,nosuid tmpfs "$root/dev"
for device in null zero full random urandom tty; do
  : >"$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
ln -s fd/0 "$root/dev/stdin"
ln -s fd/1 "$root/dev/stdout"
ln -s fd/2 "$root/dev/stderr"
mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$root/dev/shm"
mount -t tmpfs -o mode=755,nosuid,nodev tmpfs "$root/run"
: >"$root/dev/console"
mount --bind "$host/console.log" "$root/dev/console"
mount --bind "$node" "$root/usr/bin/node"
mount -o remount,bind,ro "$root/usr/bin/node"
case $opt in
  none) ;;
  loop)
    # Who still looks at the former boot's mounts, if only until it has ended too, keeps that file system: this would be it again.
    tries=0
    while [ -n "$(losetup --associated "$host/opt.img")" ]; do
      tries=$((tries + 1))
      [ "$tries" -le 600 ] || { echo "the disk of the boot before is still in use: not booted" >&2; exit 1; }
      sleep 0.05
    done
    mount -o loop,nodev "$host/opt.img" "$root/opt"
    ;;
  tmpfs,*) mount -t tmpfs -o "mode=755,nodev,${opt#tmpfs,}" tmpfs "$root/opt" ;;
esac

hostname "$name"
# sudo asks who it is itself: without an answer here it waits for a name server that is not there.
printf '127.0.0.1 localhost\n127.0.1.1 %s\n::1 localhost\n' "$name" >"$root/etc/hosts"
: >"$root/etc/resolv.conf"
cd "$root"
mkdir -p .old
pivot_root . .old
umount -l /.old
rmdir /.old
# Without what would reach the machine itself: modules, raw devices, the clock, the kernel's log, its restart.
exec env -i container=other PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  setpriv --bounding-set -sys_module,-sys_rawio,-sys_time,-syslog,-mknod,-sys_boot \
  /sbin/init --log-target=console --show-status=false
