#!/usr/bin/env bash
# hypercorn 0.13.2 (Debian 12): an ASGI application that raises in mid-session ends it with Close 1000, normal closure.
# Guess before the run: 1011, as daphne sends it. uvicorn sends no Close at all.
# Seen:
#   close 1000 ''
. "$(dirname "$0")/common.sh"
deb python3-hypercorn 0.13.2-3
cat > "$work/app.py" << 'PY'
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    await receive()
    await send({"type": "websocket.accept"})
    await receive()
    raise RuntimeError("in the handler")
PY
port=$(free_port)
(cd "$work" && exec /usr/bin/python3 -m hypercorn --bind "127.0.0.1:$port" app:app) > /dev/null 2>&1 &
listening "$port"
see raises "$port" << 'PY'
import sys
from wire import Wire
w = Wire(int(sys.argv[1]), "/")
w.text("hello")
out = w.until_end(20)
print(out.ending, out.code, repr(out.reason))
PY
expect "close 1000 ''"
