#!/usr/bin/env bash
# Proves that the synced VM agent starts and becomes ready. It builds no VM image yet, and says so.
#
# The agent is looked for in $VM_AGENT_PATH, else in $DEPLOY_PATH (set by the deployer for a hook), else beside the
# controller: /opt/master-controller/scripts/… → /opt/polydev-ai/vm-agent.
# GOLDEN_READY_TIMEOUT: seconds that the agent is given to become ready (30).
set -euo pipefail

fail() {
  printf 'golden snapshot: %s\n' "$1" >&2
  exit 1
}

# As the script was called, symlinks not resolved: the controller's release lies elsewhere than its path.
beside_controller() {
  local root
  root="$(cd -L -- "$(dirname -- "$0")/../.." && pwd -L)"
  printf '%s\n' "${root%/}/polydev-ai/vm-agent"
}

agent="${VM_AGENT_PATH:-${DEPLOY_PATH:-$(beside_controller)}}"
seconds="${GOLDEN_READY_TIMEOUT:-30}"
[[ "$seconds" =~ ^[1-9][0-9]*$ ]] || fail "GOLDEN_READY_TIMEOUT is '$seconds'; whole seconds are expected."
command -v node >/dev/null || fail 'node is not in PATH; install Node.js 20.19 or later.'
[[ -f "$agent/main.js" ]] || fail "there is no VM agent at $agent (main.js is missing). Deploy vm-agent first, or set VM_AGENT_PATH."

work="$(mktemp -d)"
pid=''
waiter=''
stop_agent() {
  if [[ -n "$waiter" ]]; then
    kill -KILL "$waiter" 2>/dev/null || true
    wait "$waiter" 2>/dev/null || true
  fi
  if [[ -n "$pid" ]]; then
    kill -TERM "$pid" 2>/dev/null || true
    for ((i = 0; i < 50; i++)); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
    pid=''
  fi
  rm -rf -- "$work"
}
trap stop_agent EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

port="$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')"

printf 'golden snapshot: starting the agent at %s on 127.0.0.1:%s\n' "$agent" "$port"
env -u NOTIFY_SOCKET HOST=127.0.0.1 PORT="$port" node "$agent/main.js" >"$work/log" 2>&1 </dev/null &
pid=$!

# Prints the agent's last answer; exit code 0 = ready, 1 = time is up, 2 = the agent ended.
# shellcheck disable=SC2016 # the program is JavaScript; its ${} are not the shell's
wait_until_ready='
const [port, pid, seconds] = process.argv.slice(1).map(Number);
const end = Date.now() + seconds * 1000;
const alive = () => { try { process.kill(pid, 0); return true; } catch { return false; } };
const ask = async () => {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(2000) });
    return await response.text();
  } catch { return "nothing"; }
};
const ready = (text) => { try { return JSON.parse(text).status === "ready"; } catch { return false; } };
(async () => {
  let text = "nothing";
  do {
    const running = alive();
    text = await ask();
    if (ready(text)) { console.log(text); return; }
    if (!running) { console.log(text); process.exitCode = 2; return; }
    await new Promise((next) => setTimeout(next, 100));
  } while (Date.now() < end);
  console.log(text);
  process.exitCode = 1;
})();'

# In the background, so that a signal is answered at once and not when the time is up.
node -e "$wait_until_ready" "$port" "$pid" "$seconds" >"$work/answer" &
waiter=$!
status=0
wait "$waiter" || status=$?
waiter=''
answer="$(<"$work/answer")"
if ((status != 0)); then
  printf 'golden snapshot: the last lines of the agent:\n' >&2
  tail -n 20 -- "$work/log" | sed 's/^/  /' >&2
  ((status == 2)) && fail 'the agent ended before it was ready.'
  fail "the agent was not ready within $seconds s; it answered ${answer:-nothing}."
fi

printf 'golden snapshot: the agent is ready: %s\n' "$answer"
stop_agent
printf 'golden snapshot: no VM image is built yet; this only proves that the agent starts.\n'
