#!/usr/bin/env bash
# Installs what is missing, builds whydrop, and shows the main job: a client sends two messages to a local server that then
# drops the connection without a Close frame, and whydrop says what happened.
set -euo pipefail
cd "$(dirname "$0")/.."

./cmake/install-packages.sh build
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if ! { cmake --preset release && cmake --build --preset release --target whydrop; } > "$work/build.log" 2>&1; then
  cat "$work/build.log" >&2
  exit 3
fi
whydrop=build/release/whydrop

mkfifo "$work/announcement"
"$whydrop" rehearse --ending fin --after 2 --once --port 0 > "$work/announcement" &
server=$!
trap 'kill "$server" 2> /dev/null || true; rm -rf "$work"' EXIT
read -r _ _ url < "$work/announcement"

echo "\$ printf '%s\\n' '{\"type\":\"connect\"}' '{\"type\":\"message\",\"text\":\"Hello\"}' | whydrop connect $url"
code=0
printf '%s\n' '{"type":"connect"}' '{"type":"message","text":"Hello"}' | "$whydrop" connect "$url" || code=$?
echo "(whydrop's exit code: $code, \"dropped: the session ended with no Close frame\")"
[ "$code" -eq 6 ]
