#!/bin/sh
# Ends well only for a maintainer of the repository on GitHub; tools/workflows/bin/require-maintainer.mjs says how it asks.
cd -- "$(dirname -- "$0")/.." && exec node tools/workflows/bin/require-maintainer.mjs "$@"
