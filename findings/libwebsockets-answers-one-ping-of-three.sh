#!/usr/bin/env bash
# libwebsockets 4.1.6 (Debian 12, its test server): of three pings that come together the first alone is answered. RFC 6455 section 5.5.3
# lets a side answer the most recent one only; a client that waits for the pong of its last ping waits for ever.
# Guess before the run: three pongs, or one with the last ping's payload.
# Seen:
#   pongs: [b'one']
. "$(dirname "$0")/common.sh"
deb libwebsockets-test-server 4.1.6-3
port=$(free_port)
libwebsockets-test-server -p "$port" > /dev/null 2>&1 &
listening "$port"
see pings "$port" << 'PY'
import contextlib
import sys
from wire import PING, Wire, frame
w = Wire(int(sys.argv[1]), "/", subprotocol="lws-mirror-protocol")
w.sock.sendall(b"".join(frame(PING, word) for word in (b"one", b"two", b"three")))
pongs = []
with contextlib.suppress(TimeoutError):
    while got := w.next_frame(4):
        pongs.append(got[1])
print("pongs:", pongs)
PY
expect "pongs: \[b'one'\]"
