#!/bin/sh
# Runs a command that reaches servers. Usage: scripts/with-deploy-key.sh <command> [<argument>…]
# DEPLOY_SSH_KEY: a private key; it is held by an agent that ends with the command, and written nowhere.
# DEPLOY_KNOWN_HOSTS: lines that are added to ~/.ssh/known_hosts where they are missing.
# Neither is needed where your own agent and known_hosts will do.
set -eu
[ $# -gt 0 ] || {
  echo 'with-deploy-key: which command? Usage: scripts/with-deploy-key.sh <command> [<argument>…]' >&2
  exit 2
}
if [ -n "${DEPLOY_KNOWN_HOSTS-}" ]; then
  (umask 077 && mkdir -p "$HOME/.ssh")
  printf '%s\n' "$DEPLOY_KNOWN_HOSTS" | while IFS= read -r line; do
    [ -z "$line" ] || grep -qxF -e "$line" "$HOME/.ssh/known_hosts" 2> /dev/null || printf '%s\n' "$line" >> "$HOME/.ssh/known_hosts"
  done
fi
[ -n "${DEPLOY_SSH_KEY-}" ] || exec "$@"
# Out of the environment before the agent starts: it reaches ssh-add by standard input alone.
key=$DEPLOY_SSH_KEY
unset DEPLOY_SSH_KEY
# shellcheck disable=SC2016 # expanded by the inner shell
exec ssh-agent sh -c 'ssh-add -q - && exec "$@" < /dev/null' sh "$@" << KEY
$key
KEY
