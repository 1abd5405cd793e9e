#!/usr/bin/env bash
# Writes requirements.lock, requirements-dev.lock, the code interpreter's and those of the servers
# in tests/real_servers: for all platforms, with hashes, without addresses. What is locked stays as
# it is unless the arguments say --upgrade. uv comes into a virtual environment that is thrown away.
set -euo pipefail
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
.venv/bin/python -m venv "$scratch" 2>/dev/null || python3 -m venv "$scratch"
"$scratch/bin/python" -m pip install --quiet uv

compile() {
  local python=(--python-version 3.11)
  [[ " $* " != *" --python-version "* ]] || python=()
  "$scratch/bin/uv" pip compile --quiet --universal --generate-hashes --no-emit-index-url \
    --no-header ${python[@]+"${python[@]}"} "$@"
}
compile pyproject.toml -o requirements-dev.lock --group dev "$@"
# Versions that the tests ran with are the versions that run.
compile pyproject.toml -c requirements-dev.lock -o requirements.lock "$@"
# What code may import in the sandbox.
interpreter=backend/tools/code_interpreter
compile "$interpreter/requirements.in" -o "$interpreter/requirements.txt" --no-annotate "$@"
# Servers that the product is tried with. The first line of a list may hold options of its own.
for list in tests/real_servers/requirements/*.in; do
  read -ra options < <(sed -n '1s/^# uv: //p' "$list") || true
  compile "$list" -o "${list%.in}.txt" --no-annotate ${options[@]+"${options[@]}"} "$@"
done
