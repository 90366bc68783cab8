#!/usr/bin/env bash
# Mojolicious 9.31 (Debian 12): an upgrade whose Cookie is longer than 8 KiB (max_line_size) is no longer an upgrade: the WebSocket
# route answers 404 with its "page not found", for a path that takes WebSockets. A plain GET of a plain route with the same
# cookie gets its 200. Guess before the run: 431 or 400, as Node.js, Jetty and aiohttp answer.
# Seen:
#   cookie of 6,000 B: open 101
#   cookie of 12,000 B: refused 404
. "$(dirname "$0")/common.sh"
deb libmojolicious-perl 9.31+dfsg-1
port=$(free_port)
perl "$here/../tests/fieldguide/peers/mojo.pl" daemon -l "http://127.0.0.1:$port" > /dev/null 2>&1 &
listening "$port"
see cookie "$port" << 'PY'
import sys
from wire import Wire
for size in 6000, 12000:
    out = Wire(int(sys.argv[1]), "/ws", headers={"Cookie": "a=" + "x" * size}).outcome
    print(f"cookie of {size:,} B:", out.ending, out.status)
PY
expect "cookie of 6,000 B: open 101"
expect "cookie of 12,000 B: refused 404"
