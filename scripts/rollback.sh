#!/bin/sh
# The door to the same tasks as Nx's; `scripts/rollback.sh --help` says how.
cd -- "$(dirname -- "$0")/.." && exec node tools/nx-deploy/bin/rollback.cjs "$@"
