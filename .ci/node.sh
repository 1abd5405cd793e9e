#!/usr/bin/env bash
# Says what is missing when there is no Node that can build the page.
set -euo pipefail
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  echo "Node 20.19 or newer with npm is needed to build the page: https://nodejs.org" >&2
  exit 1
fi
if ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'; then
  echo "Node 20.19 or newer is needed to build the page; this is $(node --version)." >&2
  exit 1
fi
