#!/bin/sh
# Prints the commit of the newest release that is live, for a later rollback; nothing where nothing is. Takes -c <environment>.
cd -- "$(dirname -- "$0")/.." && exec node tools/workflows/bin/live-commit.mjs "$@"
