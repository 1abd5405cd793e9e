#!/usr/bin/env bash
# Prints the path of the library with which tests give a process another time; installs it where it is
# missing. LIBFAKETIME=/path/to/libfaketime.so.1 names one.
set -euo pipefail

found() {
  local file
  for file in "${LIBFAKETIME:-}" /usr/lib/*/faketime/libfaketime.so.1; do
    if [ -f "$file" ]; then
      echo "$file"
      return
    fi
  done
  return 1
}

found && exit
root=()
if [ "$(id -u)" != 0 ]; then root=(sudo -n); fi
if command -v apt-get >/dev/null; then
  echo "Installing faketime with apt-get" >&2
  { ${root[@]+"${root[@]}"} env DEBIAN_FRONTEND=noninteractive apt-get update -qq &&
    ${root[@]+"${root[@]}"} env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends faketime; } >&2
fi
found && exit
echo "No faketime was found and none could be installed; name its library: LIBFAKETIME=/path" >&2
exit 1
