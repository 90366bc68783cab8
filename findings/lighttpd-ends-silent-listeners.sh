#!/usr/bin/env bash
# lighttpd 1.4.69 with mod_proxy (Debian 12): server.max-read-idle (60 s by default) counts only what the client sends. A backend that
# pushes a message every second to a client that only listens is cut off by it, in mid-stream, with FIN and no Close; nginx, HAProxy,
# Apache, h2o, nghttpx, Varnish and Traffic Server keep such a session. Guess before the run: it lives, as there is traffic.
# Seen, with 4 s set:
#   client listens only: fin after 4 or 5 s, last message less than 2 s before
#   client talks: open after 12 s
. "$(dirname "$0")/common.sh"
deb lighttpd 1.4.69-1
backend=$(free_port)
/usr/bin/python3 "$here/silent_backend.py" "$backend" talks &
listening "$backend"
port=$(free_port)
cat > "$work/lighttpd.conf" << CONF
server.document-root = "$work"
server.bind = "127.0.0.1"
server.port = $port
server.modules = ("mod_proxy")
server.max-read-idle = 4
proxy.server = ("" => (("host" => "127.0.0.1", "port" => $backend)))
proxy.header = ("upgrade" => "enable")
CONF
lighttpd -D -f "$work/lighttpd.conf" 2> /dev/null &
listening "$port"
see listens "$port" << 'PY'
import sys
import threading
import time
from wire import Wire, frame
last = [0]
w = Wire(int(sys.argv[1]), "/")
out = w.until_end(30, on_message=lambda wire, text: last.__setitem__(0, time.monotonic()))
age, silence = time.monotonic() - w.began, time.monotonic() - last[0]
print(f"client listens only: {out.ending} after", "4 or 5 s," if 3.5 < age < 6 else f"{age} s,",
      "last message less than 2 s before" if silence < 2 else silence)
w = Wire(int(sys.argv[1]), "/")
over = threading.Event()


def talk():
    while not over.wait(1):
        w.sock.sendall(frame(1, b"hi"))


threading.Thread(target=talk, daemon=True).start()
print("client talks:", w.until_end(12).ending, "after 12 s")
over.set()
PY
expect "client listens only: fin after 4 or 5 s, last message less than 2 s before"
expect "client talks: open after 12 s"
