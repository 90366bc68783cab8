#!/usr/bin/env bash
# Autobahn|Python 22.7.1 on asyncio (Debian 12): onMessage that raises does not end the session. It stays open, and no later
# message is handled; no Close, no FIN (pings are off by default). Guess before the run: Close 1011 at once.
# Seen:
#   after the exception: open None messages []
. "$(dirname "$0")/common.sh"
deb python3-autobahn 22.7.1+dfsg1-2
port=$(free_port)
cat > "$work/server.py" << 'PY'
import asyncio
import sys
from autobahn.asyncio.websocket import WebSocketServerFactory, WebSocketServerProtocol


class Echo(WebSocketServerProtocol):
    def onMessage(self, payload, isBinary):
        if payload == b"raise":
            raise RuntimeError("in the handler")
        self.sendMessage(payload, isBinary)


async def main():
    factory = WebSocketServerFactory()
    factory.protocol = Echo
    await asyncio.get_running_loop().create_server(factory, "127.0.0.1", int(sys.argv[1]))
    await asyncio.Event().wait()

asyncio.run(main())
PY
/usr/bin/python3 "$work/server.py" "$port" > /dev/null 2>&1 &
listening "$port"
see raises "$port" << 'PY'
import sys
from wire import Wire
w = Wire(int(sys.argv[1]), "/")
w.text("raise")
w.text("hello")
out = w.until_end(15)
print("after the exception:", out.ending, out.code, "messages", out.messages)
PY
expect "after the exception: open None messages \[\]"
