#!/usr/bin/env bash
# trio-websocket 0.9.2 (Debian 12): an exception in the handler of one session closes that session with 1000, the code of a good end,
# and then ends the whole server, since its nursery hands the exception on. Guess before the run: Close 1011, and the server goes on.
# Seen:
#   close 1000, then connection refused
. "$(dirname "$0")/common.sh"
deb python3-trio-websocket 0.9.2-2
port=$(free_port)
/usr/bin/python3 "$here/../tests/fieldguide/peers/servers.py" trio_websocket "$port" > /dev/null 2>&1 &
listening "$port"
see ends "$port" << 'PY'
import socket
import sys
import time
from wire import Wire
w = Wire(int(sys.argv[1]), "/")
w.text(b"raise")
out = w.until_end(10)
then, until = "it goes on", time.monotonic() + 5
while then == "it goes on" and time.monotonic() < until:
    try:
        socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=1).close()
    except ConnectionRefusedError:
        then = "connection refused"
print(f"{out.ending} {out.code}, then {then}")
PY
expect "close 1000, then connection refused"
