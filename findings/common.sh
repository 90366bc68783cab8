# Sourced by each finding: a temporary folder that goes with the script, packages of one version, and a client.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'kill $(jobs -p) 2> /dev/null || true; rm -rf "$work"' EXIT

# deb PACKAGE VERSION: installs it if it is missing; another version ends the script, since nothing is known of it.
deb() {
  local have
  dpkg-query -W "$1" > /dev/null 2>&1 ||
    DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends "$1" > /dev/null
  have=$(dpkg-query -W -f '${Version}' "$1")
  echo "$1 $have"
  [ "$have" = "$2" ] || { echo "another version than $2"; exit 2; }
}

# npm_packages NAME@VERSION…: into the temporary folder; `node` finds them there.
npm_packages() {
  (cd "$work" && echo '{"private": true}' > package.json &&
    npm install --silent --no-audit --no-fund --legacy-peer-deps --ignore-scripts "$@")
  printf '%s\n' "$@"
  export NODE_PATH=$work/node_modules
}

free_port() { /usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# listening PORT: returns when someone takes connections there.
listening() {
  local _
  for _ in $(seq 600); do
    if (exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null; then return 0; fi
    sleep 0.1
  done
  echo "nothing listens on $1"
  exit 3
}

# see NAME: a Python program on standard input that uses tests/fieldguide/wire.py (bare sockets); what it prints is kept in
# $seen and shown. Its arguments follow NAME.
see() {
  local name=$1
  shift
  cat > "$work/$name.py"
  seen=$(PYTHONPATH=$here/../tests/fieldguide /usr/bin/python3 "$work/$name.py" "$@")
  echo "$seen"
}

# expect PATTERN: what was seen has a line that is PATTERN (an extended regular expression).
expect() { grep -qE -- "^$1\$" <<< "$seen" || { echo "changed: no line is: $1"; exit 1; }; }
