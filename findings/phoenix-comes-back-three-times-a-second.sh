#!/usr/bin/env bash
# A server that accepts and then closes with 1000, normal closure, after 300 ms, as one does that lets nobody in. phoenix 1.8.16 (npm)
# connects again at once, without end: its pause (10 ms, 50 ms, 100 ms …) starts anew with each session that opens.
# reconnecting-websocket 4.4.0 and partysocket 1.3.0, whose close() sends 1000, come back too, seconds apart; rpc-websockets 10.0.1 stays
# away. Guess before the run: none of the four comes back, since 1000 says that the session has served its purpose.
# Seen, in 10 s:
#   phoenix: more than 20 sessions
#   reconnecting-websocket: 2 or 3 sessions
#   partysocket: 2 or 3 sessions
#   rpc-websockets: 1 session
. "$(dirname "$0")/common.sh"
npm_packages ws@8.23.0 phoenix@1.8.16 reconnecting-websocket@4.4.0 partysocket@1.3.0 rpc-websockets@10.0.1
cat > "$work/again.js" << 'JS'
const { WebSocketServer, WebSocket } = require("ws");
globalThis.WebSocket = WebSocket;
globalThis.addEventListener = globalThis.removeEventListener = () => {};
const clients = {
  phoenix: (url) => new (require("phoenix").Socket)(url, { transport: WebSocket }).connect(),
  "reconnecting-websocket": (url) => new (require("reconnecting-websocket"))(url, [], { WebSocket }),
  partysocket: (url) => new (require("partysocket/ws").default)(url, [], { WebSocket }),
  "rpc-websockets": (url) => new (require("rpc-websockets").Client)(url),
};
let sessions = 0;
const server = new WebSocketServer({ port: 0, host: "127.0.0.1" }, () => clients[process.argv[2]](`ws://127.0.0.1:${server.address().port}`));
server.on("connection", (socket) => { ++sessions; setTimeout(() => socket.close(1000), 300); });
setTimeout(() => { console.log(sessions); process.exit(); }, 10000);
JS
see again "$work/again.js" << 'PY'
import subprocess
import sys
NAMES = "phoenix", "reconnecting-websocket", "partysocket", "rpc-websockets"
running = [subprocess.Popen(["node", sys.argv[1], name], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) for name in NAMES]
for name, process in zip(NAMES, running):
    sessions = int(process.communicate()[0])
    print(f"{name}:", "more than 20 sessions" if sessions > 20 else f"{sessions} session{'s' * (sessions > 1)}")
PY
expect "phoenix: more than 20 sessions"
expect "reconnecting-websocket: [234] sessions"
expect "partysocket: [234] sessions"
expect "rpc-websockets: 1 session"
