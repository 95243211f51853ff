import { GUEST_SAYS, WAKE_WORD } from '../../guest-contract';

/** Names in the directory of an agent that runs as a process. */
export const PROCESS_FILES = {
  agent: 'agent',
  probe: 'probe.js',
  wake: 'wake',
  console: 'console.log',
  identity: 'process.json',
} as const;

/**
 * What the init of a guest is to a VM: a shell that says the same words, waits to be woken, starts the agent and says how it ended.
 * Called with node's path. There is no VM, so there is nothing to reseed and no clock to set; the seed is not used.
 */
export const SUPERVISOR = `
agent=
trap '[ -n "$agent" ] && kill -TERM "$agent"' TERM
echo ${GUEST_SAYS.init}
# Before it says that it waits; at both ends, so that a writer that goes is no end of file.
exec 3<> ${PROCESS_FILES.wake}
echo ${GUEST_SAYS.waiting}
word=
while [ "$word" != ${WAKE_WORD} ]; do read -r word facts <&3 || exit 1; done
exec 3<&-
probe=
for fact in $facts; do
  case $fact in
    image=*) export IMAGE_ID="\${fact#*=}" ;;
    probe=1) probe="$PWD/${PROCESS_FILES.probe}" ;;
  esac
done
echo ${GUEST_SAYS.agentStart}
cd ${PROCESS_FILES.agent} || exit 1
if [ -n "$probe" ]; then "$1" -r "$probe" main.js < /dev/null & else "$1" main.js < /dev/null & fi
agent=$!
# A signal ends the first wait; the agent's own end is what counts.
wait "$agent"
code=$?
while kill -0 "$agent" 2> /dev/null; do wait "$agent"; code=$?; done
echo
echo "${GUEST_SAYS.agentExit} rc=$code"
`;
