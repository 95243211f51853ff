import { GUEST_SAYS } from '../guest-contract';

/** Where the guest's own programs lie in the initrd. */
export const GUEST_FILES = { init: 'init', wake: 'wake.pl', probe: 'probe.js', modules: 'modules' } as const;

/** Marks a disk as the base layer; the agent's disk has {@link AGENT_FILE}. Disks are told apart by them and not by their order. */
export const BASE_FILE = '.base.json';
export const AGENT_FILE = '.agent.json';

/** Where QEMU's user network expects its one guest, and answers for names (QEMU: "Network emulation", user mode). */
const USER_NETWORK = { address: '10.0.2.15/24', gateway: '10.0.2.2', nameserver: '10.0.2.3' } as const;

/**
 * The guest's first and only own process, in busybox's shell. It boots up to the point where it waits to be woken, which is
 * where snapshots are taken: nothing that must differ between clones has happened before. A cold boot and a clone go the
 * same way from there. When the agent ends, so does the VM.
 */
export const GUEST_INIT = `#!/bin/busybox sh
export PATH=/bin
/bin/busybox mount -t devtmpfs dev /dev
exec < /dev/console > /dev/console 2>&1
/bin/busybox --install -s /bin
# Without echo: what comes in holds the seed, and the console is kept in a file.
stty -echo -onlcr
mount -t proc proc /proc
mount -t sysfs sys /sys
echo ${GUEST_SAYS.init}

give_up() {
  echo "$1"
  reboot -f
}

while read -r module; do
  insmod "/${GUEST_FILES.modules}/$module" || echo "$module: not loaded"
done < /${GUEST_FILES.modules}/order

mount_layers() {
  for disk in /dev/vd?; do
    mount -t erofs -o ro "$disk" /try 2> /dev/null || continue
    # The agent's first: an agent could bring a file with the name of the base's.
    if [ -e /try/${AGENT_FILE} ]; then mount -o move /try /agent
    elif [ -e /try/${BASE_FILE} ]; then mount -o move /try /base
    else umount /try
    fi
  done
}
mount_layers
[ -e /base/${BASE_FILE} ] || give_up ${GUEST_SAYS.baseMountFailed}
[ -e /agent/${AGENT_FILE} ] || give_up ${GUEST_SAYS.agentMountFailed}
mount -o move /agent /base/agent
for directory in tmp run; do mount -t tmpfs tmpfs "/base/$directory"; done
for directory in dev proc sys; do mount -o bind "/$directory" "/base/$directory"; done
cp /${GUEST_FILES.probe} /base/run/probe.js
: > /base/run/resolv.conf
ip link set lo up

# An agent without randomness of its own is not started.
facts=$(chroot /base /usr/bin/perl -e "$(cat /${GUEST_FILES.wake})") || give_up 'WAKE-FAILED'
image= probe=0 address=- gateway=- mac=-
for fact in $facts; do
  case $fact in
    image=*) image=\${fact#*=} ;;
    probe=*) probe=\${fact#*=} ;;
    address=*) address=\${fact#*=} ;;
    gateway=*) gateway=\${fact#*=} ;;
    mac=*) mac=\${fact#*=} ;;
  esac
done

if [ "$address" = - ]; then
  address=${USER_NETWORK.address} gateway=${USER_NETWORK.gateway}
  echo 'nameserver ${USER_NETWORK.nameserver}' > /base/run/resolv.conf
fi
# A clone has the card of the VM it was made from; on one bridge each needs its own.
[ "$mac" = - ] || ip link set eth0 address "$mac"
ip address add "$address" dev eth0
ip link set eth0 up
[ "$gateway" = - ] || ip route add default via "$gateway"

agent_fact() {
  sed -n "s/.*\\"$1\\":\\"\\([^\\"]*\\)\\".*/\\1/p" /base/agent/${AGENT_FILE}
}
preload=
[ "$probe" = 1 ] && preload='-r /run/probe.js'
echo ${GUEST_SAYS.agentStart}
chroot /base /bin/busybox sh -c 'cd /agent && exec "$@"' agent \\
  /bin/busybox env -i PATH=/usr/bin:/bin HOME=/root LANG=C.UTF-8 PORT=3000 IMAGE_ID="$image" AGENT_VERSION="$(agent_fact version)" AGENT_DIGEST="$(agent_fact digest)" node $preload main.js < /dev/null
code=$?
# On a line of its own, whatever the agent printed last.
echo
echo "${GUEST_SAYS.agentExit} rc=$code"
reboot -f
`;
