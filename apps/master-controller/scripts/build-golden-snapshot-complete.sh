#!/usr/bin/env bash
# Builds the golden image of the VM agent that was synced, proves it by a real boot and activates it; does nothing where
# that image is active already. A thin door: the work is done by golden-image.cjs, which ships beside this folder.
#
# The agent is looked for in $VM_AGENT_PATH, else in $DEPLOY_PATH (set by the deployer for a hook), else beside the
# controller: /opt/master-controller/scripts/… → /opt/polydev-ai/vm-agent.
# GOLDEN_IMAGE_SETTINGS: one line of JSON, set by the deployer from .deploy.yaml; by hand it may be left out.
# GOLDEN_IMAGE_PROGRAM: path of another golden-image.cjs.
# Arguments are passed on: --refresh looks for a newer kernel, --json prints for programs.
set -euo pipefail

fail() {
  printf 'golden image: %s\n' "$1" >&2
  exit 1
}

# As the script was called, symlinks not resolved: the controller's release lies elsewhere than its path.
controller="$(cd -L -- "$(dirname -- "$0")/.." && pwd -L)"
beside="${controller%/*}"

agent="${VM_AGENT_PATH:-${DEPLOY_PATH:-${beside%/}/polydev-ai/vm-agent}}"
program="${GOLDEN_IMAGE_PROGRAM:-$controller/golden-image.cjs}"
command -v node >/dev/null || fail 'node is not in PATH; install Node.js 20.19 or later.'
[[ -f "$program" ]] || fail "there is no $program; deploy master-controller afresh, it ships with it."
[[ -f "$agent/main.js" ]] || fail "there is no VM agent at $agent (main.js is missing). Deploy vm-agent first, or set VM_AGENT_PATH."

exec node "$program" build "--agent=$agent" "$@"
