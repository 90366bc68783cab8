#!/usr/bin/env bash
# Close 1012 "service restart" and 1013 "try again later" are in IANA's registry since 2012; uvicorn with wsproto says 1012 when it
# stops. python3-websocket 1.2.3 (Debian 12) raises a protocol error at 1012 and 1013, though not at 1014; faye-websocket 0.11.4 (npm)
# reports 1002 with the reason of the peer, as if the peer had accused it. ws 8.23.0 reports 1012. Guess before the run: all report 1012,
# since all of them are younger than the code.
# Seen:
#   websocket-client 1012: Invalid close opcode.
#   websocket-client 1013: Invalid close opcode.
#   websocket-client 3000: code 3000
#   faye 1012: code 1002
#   ws 1012: code 1012
. "$(dirname "$0")/common.sh"
deb python3-websocket 1.2.3-1
npm_packages ws@8.23.0 faye-websocket@0.11.4
port=$(free_port)
/usr/bin/python3 "$here/lawful_server.py" "$port" &
listening "$port"
see restart "$port" "$here/../tests/fieldguide/peers/clients.js" << 'PY'
import json
import subprocess
import sys
import websocket
port, clients = sys.argv[1:]
URL = f"ws://127.0.0.1:{port}/close-"
for code in (1012, 1013, 3000):
    socket = websocket.create_connection(URL + str(code), timeout=20)
    try:
        _, data = socket.recv_data()
        print(f"websocket-client {code}: code", int.from_bytes(data[:2], "big"))
    except websocket.WebSocketException as error:
        print(f"websocket-client {code}: {error}")
for name in ("faye", "ws"):
    done = subprocess.run(["node", clients, name, URL + "1012"], capture_output=True, text=True, timeout=60, check=True)
    print(f"{name} 1012: code", json.loads(done.stdout.splitlines()[-1])["code"])
PY
expect "websocket-client 1012: Invalid close opcode\."
expect "websocket-client 1013: Invalid close opcode\."
expect "websocket-client 3000: code 3000"
expect "faye 1012: code 1002"
expect "ws 1012: code 1012"
