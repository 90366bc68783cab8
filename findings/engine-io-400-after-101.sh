#!/usr/bin/env bash
# engine.io 6.6.13 (npm): the upgrade of a client of version 2 (a query without EIO=4, allowEIO3 off as by default) is answered with 101
# and then, as if it were frames, with the text of an HTTP 400 that names the cause. A WebSocket client reports a broken frame ('H' is 0x48)
# and never shows "Unsupported protocol version". The same request over polling gets a plain 400.
# Guess before the run: 400 in place of the 101.
# Seen:
#   polling: 400
#   websocket: 101, then HTTP/1.1 400 Bad Request
. "$(dirname "$0")/common.sh"
npm_packages engine.io@6.6.13
cat > "$work/server.js" << 'JS'
const base = require("http").createServer();
require("engine.io").attach(base);
base.listen(Number(process.argv[2]), "127.0.0.1");
JS
port=$(free_port)
node "$work/server.js" "$port" &
listening "$port"
see version "$port" << 'PY'
import contextlib
import sys
from wire import Wire
port = int(sys.argv[1])
print("polling:", Wire(port, "/engine.io/?transport=polling", upgrade=False).outcome.status)
w = Wire(port, "/engine.io/?transport=websocket")
with contextlib.suppress(OSError):
    while w.fill(5):
        pass
print(f"websocket: {w.outcome.status}, then", w.buffer.decode().split("\r\n")[0])
PY
expect "polling: 400"
expect "websocket: 101, then HTTP/1.1 400 Bad Request"
