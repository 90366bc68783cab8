#!/usr/bin/env bash
# nginx with nchan 1.3.6 (Debian 12): a client that asks for a subprotocol gets a 101 with an empty Sec-WebSocket-Protocol, and with the
# Content-Length that RFC 9110 section 8.6 forbids there. ws 8.23.0 (npm)
# refuses it. Guess before the run: a 101 without a subprotocol, as all other servers answer that know none of those asked for.
# Seen:
#   asked for chat: 101, subprotocol '', Content-Length 0
#   asked for none: 101, subprotocol None, Content-Length 0
#   ws: Server sent an invalid subprotocol
. "$(dirname "$0")/common.sh"
deb nginx-light 1.22.1-9+deb12u11
deb libnginx-mod-nchan 1:1.3.6+dfsg-2
npm_packages ws@8.23.0
port=$(free_port)
mkdir "$work/nginx"
cat > "$work/nginx.conf" << CONF
load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
daemon off; pid $work/nginx/pid; error_log stderr; events {}
http { access_log off; proxy_temp_path $work/nginx/a; client_body_temp_path $work/nginx/b; fastcgi_temp_path $work/nginx/c;
  uwsgi_temp_path $work/nginx/d; scgi_temp_path $work/nginx/e;
  server { listen 127.0.0.1:$port; location / { nchan_subscriber; nchan_channel_id a; } } }
CONF
nginx -c "$work/nginx.conf" -p "$work/nginx" 2> /dev/null &
listening "$port"
see subprotocol "$port" "$here/../tests/fieldguide/peers/clients.js" << 'PY'
import json
import subprocess
import sys
from wire import Wire
port, clients = sys.argv[1:]
for name in "chat", None:
    out = Wire(int(port), "/", subprotocol=name).outcome
    print(f"asked for {name or 'none'}: {out.status}, subprotocol {out.headers.get('sec-websocket-protocol')!r}, "
          f"Content-Length {out.headers.get('content-length')}")
done = subprocess.run(["node", clients, "ws", f"ws://127.0.0.1:{port}/", "chat"], capture_output=True, text=True, timeout=60, check=True)
print("ws:", json.loads(done.stdout.splitlines()[0])["error"])
PY
expect "asked for chat: 101, subprotocol '', Content-Length 0"
expect "asked for none: 101, subprotocol None, Content-Length 0"
expect "ws: Server sent an invalid subprotocol"
