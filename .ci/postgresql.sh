#!/usr/bin/env bash
# Prints the folder of PostgreSQL's programs, with which tests start a server of their own; installs
# them where they are missing. POSTGRESQL=/path/to/bin names one.
set -euo pipefail

found() {
  local folder
  for folder in "${POSTGRESQL:-}" /usr/lib/postgresql/*/bin "$(dirname "$(command -v initdb || true)")"; do
    if [ -n "$folder" ] && [ -x "$folder/initdb" ]; then
      echo "$folder"
      return
    fi
  done
  return 1
}

found && exit
root=()
if [ "$(id -u)" != 0 ]; then root=(sudo -n); fi
if command -v apt-get >/dev/null; then
  echo "Installing PostgreSQL with apt-get" >&2
  # Without a cluster, which would run all the time.
  { ${root[@]+"${root[@]}"} mkdir -p /etc/postgresql-common &&
    echo "create_main_cluster = false" |
    ${root[@]+"${root[@]}"} tee /etc/postgresql-common/createcluster.conf &&
    ${root[@]+"${root[@]}"} env DEBIAN_FRONTEND=noninteractive apt-get update -qq &&
    ${root[@]+"${root[@]}"} env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends postgresql; } >&2
fi
found && exit
echo "No PostgreSQL was found and none could be installed; name one: POSTGRESQL=/path/to/bin" >&2
exit 1
