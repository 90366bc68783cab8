#!/usr/bin/env bash
# Tornado 6.2 (Debian 12) with websocket_ping_interval=1: a client that never answers is pinged every second and let go only after
# 30 s, with an empty Close: websocket_ping_timeout is three intervals, but never less than 30 s. Guess before the run: 3 s.
# Seen:
#   close None after 30 s, more than 20 pings
. "$(dirname "$0")/common.sh"
deb python3-tornado 6.2.0-3+deb12u4
cat > "$work/server.py" << 'PY'
import sys
import tornado.ioloop
import tornado.web
import tornado.websocket
tornado.web.Application([("/", tornado.websocket.WebSocketHandler)], websocket_ping_interval=1).listen(int(sys.argv[1]), "127.0.0.1")
tornado.ioloop.IOLoop.current().start()
PY
port=$(free_port)
/usr/bin/python3 "$work/server.py" "$port" > /dev/null 2>&1 &
listening "$port"
see pings "$port" << 'PY'
import sys
from wire import Wire
out = Wire(int(sys.argv[1]), "/").until_end(60, pong=False)
print(out.ending, out.code, "after", round(out.seconds), "s,", "more than 20 pings" if len(out.pings) > 20 else len(out.pings))
PY
expect "close None after (29|30|31|32) s, more than 20 pings"
