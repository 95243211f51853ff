#!/bin/sh
# Asks each URL in SMOKE_URLS (separated by spaces or lines) as somebody outside would; fails when one does not answer well.
set -eu
failed=
for url in ${SMOKE_URLS-}; do
  if curl --fail --silent --show-error --location --max-time 10 --retry 3 --retry-all-errors --output /dev/null --url "$url"; then
    echo "✓ $url"
  else
    echo "✗ $url did not answer well." >&2
    failed=yes
  fi
done
[ -n "${SMOKE_URLS-}" ] || echo 'SMOKE_URLS names no URL: nothing was asked.'
[ -z "$failed" ]
