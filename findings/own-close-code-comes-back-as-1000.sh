#!/usr/bin/env bash
# A client that closes with 4000 "enough": aiohttp 3.8.4, Autobahn|Python 22.7.1 (Debian 12) and websocket 1.0.35 (npm) answer with 1000,
# not with the code that came (RFC 6455 section 5.5.1: "typically echoes"). Since a client's close event shows what it received, ws 8.23.0
# tells its own program 1000: nothing says any more that it closed for a reason. python3-websockets 10.4 sends 4000 back.
# Guess before the run: all send the code back.
# Seen:
#   websockets: closed with 4000, told 4000 enough
#   aiohttp: closed with 4000, told 1000
#   autobahn: closed with 4000, told 1000
#   websocket: closed with 4000, told 1000
. "$(dirname "$0")/common.sh"
deb python3-websockets 10.4-1
deb python3-aiohttp 3.8.4-1+deb12u2
deb python3-autobahn 22.7.1+dfsg1-2
npm_packages ws@8.23.0 websocket@1.0.35
cat > "$work/server.js" << 'JS'
const base = require("http").createServer();
base.listen(Number(process.argv[2]), "127.0.0.1");
new (require("websocket").server)({ httpServer: base }).on("request", (request) => request.accept(null, request.origin));
JS
cat > "$work/client.js" << 'JS'
const socket = new (require("ws"))(process.argv[2]);
socket.on("open", () => socket.close(4000, "enough"));
socket.on("close", (code, reason) => console.log(`closed with 4000, told ${code} ${reason}`.trim()));
JS
names=()
for name in websockets aiohttp autobahn websocket; do
  port=$(free_port)
  if [ "$name" = websocket ]; then
    node "$work/server.js" "$port" &
  else
    /usr/bin/python3 "$here/../tests/fieldguide/peers/servers.py" "$name" "$port" > /dev/null 2>&1 &
  fi
  listening "$port"
  names+=("$name=$port")
done
see codes "$work/client.js" "${names[@]}" << 'PY'
import subprocess
import sys
for name, port in (word.split("=") for word in sys.argv[2:]):
    told = subprocess.run(["node", sys.argv[1], f"ws://127.0.0.1:{port}/ws"], capture_output=True, text=True, timeout=60, check=True)
    print(f"{name}:", told.stdout.strip())
PY
expect "websockets: closed with 4000, told 4000 enough"
for name in aiohttp autobahn websocket; do expect "$name: closed with 4000, told 1000"; done
