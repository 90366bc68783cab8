#!/usr/bin/env bash
# permessage-deflate with server_max_window_bits=8, the smallest window that RFC 7692 section 7.1.2.1 has. python3-websockets 10.4
# answers 500 "Failed to open a WebSocket connection", a server error without a word on compression; Autobahn|Python 22.7.1, which was
# not even told to compress, answers 400, also where a second offer would do; aiohttp and Tornado (Debian 12 all) open the
# session. Guess before the run: all open the session, with the extension or without.
# Seen:
#   websockets: refused 500
#   autobahn: refused 400
#   autobahn, second offer without it: refused 400
#   aiohttp: open 101
#   tornado: open 101
. "$(dirname "$0")/common.sh"
deb python3-websockets 10.4-1
deb python3-autobahn 22.7.1+dfsg1-2
deb python3-aiohttp 3.8.4-1+deb12u2
deb python3-tornado 6.2.0-3+deb12u4
ports=()
for name in websockets autobahn aiohttp tornado; do
  port=$(free_port)
  /usr/bin/python3 "$here/../tests/fieldguide/peers/servers.py" "$name" "$port" > /dev/null 2>&1 &
  listening "$port"
  ports+=("$name=$port")
done
see window "${ports[@]}" << 'PY'
import sys
from wire import Wire
SMALL = "permessage-deflate; server_max_window_bits=8"


def outcome(offer):
    out = Wire(int(port), "/ws", headers={"Sec-WebSocket-Extensions": offer}).outcome
    return f"{out.ending} {out.status}"

for name, port in (word.split("=") for word in sys.argv[1:]):
    print(f"{name}:", outcome(SMALL))
    if name == "autobahn":
        print(f"{name}, second offer without it:", outcome(SMALL + ", permessage-deflate"))
PY
expect "websockets: refused 500"
expect "autobahn: refused 400"
expect "autobahn, second offer without it: refused 400"
expect "aiohttp: open 101"
expect "tornado: open 101"
