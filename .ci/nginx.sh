#!/usr/bin/env bash
# Prints the path of nginx, with which a test puts the server behind TLS; installs it where it is
# missing. NGINX=/path/to/nginx names one.
set -euo pipefail

found() { PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v "${NGINX:-nginx}"; }

found && exit
root=()
if [ "$(id -u)" != 0 ]; then root=(sudo -n); fi
if command -v apt-get >/dev/null; then
  echo "Installing nginx with apt-get" >&2
  { ${root[@]+"${root[@]}"} env DEBIAN_FRONTEND=noninteractive apt-get update -qq &&
    ${root[@]+"${root[@]}"} env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends nginx-light openssl; } >&2
fi
found && exit
echo "No nginx was found and none could be installed; name one: NGINX=/path/to/nginx" >&2
exit 1
