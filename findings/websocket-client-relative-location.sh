#!/usr/bin/env bash
# python3-websocket 1.2.3 (Debian 12) follows a redirect of the upgrade by itself, but takes Location for a whole URL: a relative one
# (RFC 9110 section 10.2.2 allows it) ends in ValueError "url is invalid". python3-websockets 10.4 follows both; node's ws 8.23.0
# follows none unless it is told to. Guess before the run: neither Python client follows, and both report the 302.
# Seen:
#   websocket-client, absolute: connected
#   websocket-client, relative: ValueError url is invalid
#   websockets, absolute: connected
#   websockets, relative: connected
. "$(dirname "$0")/common.sh"
deb python3-websocket 1.2.3-1
deb python3-websockets 10.4-1
cat > "$work/server.py" << 'PY'
import asyncio
import http
import sys
import websockets


async def redirect(path, headers):
    port = sys.argv[1]
    to = {"/absolute": f"ws://127.0.0.1:{port}/end", "/relative": "/end"}.get(path)
    return (http.HTTPStatus.FOUND, {"Location": to}, b"") if to else None


async def main():
    async with websockets.serve(lambda socket: socket.wait_closed(), "127.0.0.1", int(sys.argv[1]), process_request=redirect):
        await asyncio.Event().wait()

asyncio.run(main())
PY
port=$(free_port)
/usr/bin/python3 "$work/server.py" "$port" > /dev/null 2>&1 &
listening "$port"
see follows "$port" << 'PY'
import asyncio
import sys
import websocket
import websockets
BASE = f"ws://127.0.0.1:{sys.argv[1]}/"


def told(call):
    try:
        call()
        return "connected"
    except Exception as error:
        return f"{type(error).__name__} {error}"


async def connect(url):
    async with websockets.connect(url):
        pass

for kind in ("absolute", "relative"):
    print(f"websocket-client, {kind}:", told(lambda: websocket.create_connection(BASE + kind, timeout=10).close()))
for kind in ("absolute", "relative"):
    print(f"websockets, {kind}:", told(lambda: asyncio.run(connect(BASE + kind))))
PY
expect "websocket-client, absolute: connected"
expect "websocket-client, relative: ValueError url is invalid"
expect "websockets, absolute: connected"
expect "websockets, relative: connected"
