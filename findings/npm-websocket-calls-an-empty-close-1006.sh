#!/usr/bin/env bash
# websocket 1.0.35 (npm): its client reports a Close without a code as 1006 "Connection dropped by remote peer.", the same that it
# says of a TCP connection that ends without a Close: an end in order looks like a drop. Guess before the run: 1005, as ws says.
# Seen:
#   websocket, empty Close: 1006 Connection dropped by remote peer.
#   websocket, FIN alone: 1006 Connection dropped by remote peer.
#   ws, empty Close: 1005
. "$(dirname "$0")/common.sh"
npm_packages ws@8.23.0 websocket@1.0.35
port=$(free_port)
/usr/bin/python3 "$here/lawful_server.py" "$port" &
listening "$port"
see empty "$port" "$here/../tests/fieldguide/peers/clients.js" << 'PY'
import json
import subprocess
import sys
port, clients = sys.argv[1:]
for name, path, words in (("websocket", "empty-close", "empty Close"), ("websocket", "fin", "FIN alone"), ("ws", "empty-close", "empty Close")):
    done = subprocess.run(["node", clients, name, f"ws://127.0.0.1:{port}/{path}"], capture_output=True, text=True, timeout=60, check=True)
    said = json.loads(done.stdout.splitlines()[-1])
    print(f"{name}, {words}: {said['code']} {said['reason']}".rstrip())
PY
expect "websocket, empty Close: 1006 Connection dropped by remote peer\."
expect "websocket, FIN alone: 1006 Connection dropped by remote peer\."
expect "ws, empty Close: 1005"
