#!/usr/bin/env bash
# sockjs 0.3.24 (npm) beside nothing else: an upgrade on a path outside its prefix is never answered; the connection stays open
# without a byte. A plain GET of the same path gets an answer of the HTTP server. Guess before the run: 404 to both.
# Seen:
#   plain GET: 404
#   upgrade: silence
. "$(dirname "$0")/common.sh"
npm_packages sockjs@0.3.24
cat > "$work/server.js" << 'JS'
const http = require("http");
const echo = require("sockjs").createServer({ log: () => {} });
const base = http.createServer((request, response) => { response.writeHead(404); response.end(); });
echo.installHandlers(base, { prefix: "/echo" });
base.listen(Number(process.argv[2]), "127.0.0.1");
JS
port=$(free_port)
node "$work/server.js" "$port" &
listening "$port"
see unanswered "$port" << 'PY'
import sys
from wire import Wire
port = int(sys.argv[1])
print("plain GET:", Wire(port, "/chat", upgrade=False, wait=5).outcome.status)
print("upgrade:", Wire(port, "/chat", wait=5).outcome.ending)
PY
expect "plain GET: 404"
expect "upgrade: silence"
