#!/usr/bin/env bash
# Writes requirements.lock, requirements-dev.lock and the code interpreter's: for all platforms,
# with hashes, without addresses. uv comes into a virtual environment that is thrown away.
set -euo pipefail
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
.venv/bin/python -m venv "$scratch" 2>/dev/null || python3 -m venv "$scratch"
"$scratch/bin/python" -m pip install --quiet uv

compile() {
  "$scratch/bin/uv" pip compile --quiet --universal --generate-hashes --no-emit-index-url \
    --no-header --python-version 3.11 --upgrade "$@"
}
compile pyproject.toml -o requirements-dev.lock --group dev
# Versions that the tests ran with are the versions that run.
compile pyproject.toml -c requirements-dev.lock -o requirements.lock
# What code may import in the sandbox.
interpreter=backend/tools/code_interpreter
compile "$interpreter/requirements.in" -o "$interpreter/requirements.txt" --no-annotate
