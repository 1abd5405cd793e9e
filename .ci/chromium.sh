#!/usr/bin/env bash
# Prints the path of a Chromium that starts; installs one where there is none.
#   CHROMIUM=/path/to/chromium names one.
# Its headless shell comes first: a page costs it a third of the processor time.
set -euo pipefail
cd "$(dirname "$0")/.."

starts() { "$1" --version >/dev/null 2>&1; }

found() {
  local name path
  for name in chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" \
    "/Applications/Chromium.app/Contents/MacOS/Chromium"; do
    if path=$(command -v "$name") && starts "$path"; then
      echo "$path"
      return
    fi
  done
  return 1
}

with_apt() {
  local root=()
  command -v apt-get >/dev/null || return 1
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null && sudo -n true 2>/dev/null || return 1
    root=(sudo -n)
  fi
  echo "Installing Chromium with apt-get" >&2
  { ${root[@]+"${root[@]}"} env DEBIAN_FRONTEND=noninteractive apt-get update -qq &&
    ${root[@]+"${root[@]}"} env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends chromium-headless-shell fonts-dejavu-core; } >&2
}

with_playwright() {
  local path
  path=$(.venv/bin/python -c '
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)')
  if ! starts "$path"; then
    echo "Installing Chromium with Playwright" >&2
    .venv/bin/python -m playwright install chromium >&2
  fi
  starts "$path" && echo "$path"
}

if [ -n "${CHROMIUM:-}" ]; then
  starts "$CHROMIUM" || { echo "CHROMIUM=$CHROMIUM does not start." >&2; exit 1; }
  echo "$CHROMIUM"
  exit
fi
found && exit
with_apt && found && exit
with_playwright && exit
echo "No Chromium was found and none could be installed; name one: CHROMIUM=/path/to/chromium" >&2
exit 1
