#!/usr/bin/env bash
# Tornado 6.2's client (Debian 12) takes an interim answer for the 101: after "103 Early Hints" websocket_connect returns an open
# socket, whose read_message gives None, the end, without a code, while the real 101, a text and an open session follow.
# Guess before the run: it skips the 103, as Node's and the JDK's clients do, or raises and names it, as python3-websockets.
# Seen:
#   101: opened, then ['hello'] and code 1000
#   103 and 101: opened, then [] and code None
. "$(dirname "$0")/common.sh"
deb python3-tornado 6.2.0-3+deb12u4
port=$(free_port)
/usr/bin/python3 "$here/lawful_server.py" "$port" &
listening "$port"
see interim "$port" << 'PY'
import asyncio
import logging
import sys
from tornado.websocket import websocket_connect
logging.disable(logging.CRITICAL)


async def talk(path):
    socket = await websocket_connect(f"ws://127.0.0.1:{sys.argv[1]}/{path}")
    messages = []
    while (message := await asyncio.wait_for(socket.read_message(), 20)) is not None:
        messages.append(message)
    return f"opened, then {messages} and code {socket.close_code}"

print("101:", asyncio.run(talk("plain")))
print("103 and 101:", asyncio.run(talk("hints-open")))
PY
expect "101: opened, then \['hello'\] and code 1000"
expect "103 and 101: opened, then \[\] and code None"
