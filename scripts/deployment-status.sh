#!/bin/sh
# The door to the same tasks as Nx's; `scripts/deployment-status.sh --help` says how.
cd -- "$(dirname -- "$0")/.." && exec node tools/nx-deploy/bin/deployment-status.cjs "$@"
