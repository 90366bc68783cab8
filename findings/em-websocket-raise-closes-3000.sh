#!/usr/bin/env bash
# em-websocket 0.5.1 (Debian 12): an exception in onmessage closes with 3000 "Application error". 3000 is IANA's for "unauthorized"
# (since 2023), so that clients which know the registry send people to look for a token. Guess before the run: 1011.
# Seen:
#   close 3000 'Application error'
. "$(dirname "$0")/common.sh"
deb ruby-em-websocket 0.5.1-2
port=$(free_port)
ruby "$here/../tests/fieldguide/peers/em.rb" "$port" > /dev/null 2>&1 &
listening "$port"
see ends "$port" << 'PY'
import sys
from wire import Wire
w = Wire(int(sys.argv[1]), "/")
w.text(b"raise")
out = w.until_end(10)
print(out.ending, out.code, repr(out.reason))
PY
expect "close 3000 'Application error'"
