#!/usr/bin/env bash
# HAProxy 2.6.12 (Debian 12): a backend on loopback that refuses connections at once is reported as 503 only after 3 s: three retries,
# a second apart. Guess before the run: 503 at once, as nginx, Apache, h2o and lighttpd answer.
# Seen:
#   503 after 3 s
. "$(dirname "$0")/common.sh"
deb haproxy 2.6.12-1+deb12u4
port=$(free_port)
cat > "$work/haproxy.cfg" << CFG
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend f
  bind 127.0.0.1:$port
  default_backend b
backend b
  server s 127.0.0.1:$(free_port)
CFG
haproxy -db -f "$work/haproxy.cfg" > /dev/null 2>&1 &
listening "$port"
see refuses "$port" << 'PY'
import sys
from wire import Wire
out = Wire(int(sys.argv[1]), "/", wait=30).outcome
print(out.status, "after", round(out.seconds), "s")
PY
expect "503 after [34] s"
