#!/usr/bin/env bash
# A 101 with "Connection: keep-alive, Upgrade": RFC 6455 section 4.1 asks that the field contain the token "Upgrade", RFC 9110 section
# 7.6.1 makes it a list. undici 6.29.1, websocket 1.0.35, faye-websocket 0.11.4 (npm) and aiohttp 3.8.4 (Debian 12) compare the whole
# value and refuse the session; ws 8.23.0 and python3-websockets 10.4 take it. Guess before the run: all take it, as all servers take
# Firefox's list in the request.
# Seen:
#   ws: code 1000
#   websockets: code 1000
#   undici: Server did not set Connection header to "upgrade".
#   websocket: Expected a Connection: Upgrade header from the server
#   faye: Error during WebSocket handshake: 'Connection' header value is not 'Upgrade'
#   aiohttp: 101, message='Invalid connection header', url=…
. "$(dirname "$0")/common.sh"
deb python3-websockets 10.4-1
deb python3-aiohttp 3.8.4-1+deb12u2
npm_packages ws@8.23.0 undici@6.29.1 websocket@1.0.35 faye-websocket@0.11.4
port=$(free_port)
/usr/bin/python3 "$here/lawful_server.py" "$port" &
listening "$port"
see list "$port" "$here/../tests/fieldguide/peers" << 'PY'
import json
import subprocess
import sys
port, peers = sys.argv[1:]
CLIENTS = {**{name: ["node", f"{peers}/clients.js", name] for name in ("ws", "undici", "websocket", "faye")},
           **{name: ["/usr/bin/python3", f"{peers}/clients.py", name] for name in ("websockets", "aiohttp")}}
for name, command in CLIENTS.items():
    done = subprocess.run([*command, f"ws://127.0.0.1:{port}/list"], capture_output=True, text=True, timeout=60, check=False)
    said = json.loads(done.stdout.splitlines()[0])
    print(f"{name}:", said.get("error", f"code {said.get('code')}"))
PY
expect "ws: code 1000"
expect "websockets: code 1000"
expect "undici: Server did not set Connection header to \"upgrade\"\\."
expect "websocket: Expected a Connection: Upgrade header from the server"
expect "faye: Error during WebSocket handshake: 'Connection' header value is not 'Upgrade'"
expect "aiohttp: 101, message='Invalid connection header', url=.*"
