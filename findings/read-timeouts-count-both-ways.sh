#!/usr/bin/env bash
# nginx 1.22.1, HAProxy 2.6.12 and nghttpx 1.52.0 (Debian 12): "proxy_read_timeout", "timeout server" (without timeout tunnel) and
# "--backend-read-timeout" are documented as times in which the backend must send something. In a WebSocket that has been opened any
# byte of the client starts them anew: a backend that never sends is kept for as long as the client talks.
# Guess before the run: all three end the session 4 s after the upgrade.
# Seen, with 4 s set, a client that sends every second, and a backend that sends nothing:
#   nginx: open after 15 s
#   haproxy: open after 15 s
#   nghttpx: open after 15 s
#   nginx, nobody talks: fin
. "$(dirname "$0")/common.sh"
deb nginx-light 1.22.1-9+deb12u11
deb haproxy 2.6.12-1+deb12u4
deb nghttp2-proxy 1.52.0-1+deb12u3
backend=$(free_port)
/usr/bin/python3 "$here/silent_backend.py" "$backend" &
listening "$backend"
nginx=$(free_port)
mkdir "$work/nginx"
cat > "$work/nginx.conf" << CONF
daemon off; pid $work/nginx/pid; error_log stderr; events {}
http { access_log off; proxy_temp_path $work/nginx/a; client_body_temp_path $work/nginx/b; fastcgi_temp_path $work/nginx/c;
  uwsgi_temp_path $work/nginx/d; scgi_temp_path $work/nginx/e;
  server { listen 127.0.0.1:$nginx; location / { proxy_pass http://127.0.0.1:$backend; proxy_http_version 1.1; proxy_read_timeout 4s;
    proxy_set_header Upgrade \$http_upgrade; proxy_set_header Connection upgrade; } } }
CONF
nginx -c "$work/nginx.conf" -p "$work/nginx" 2> /dev/null &
haproxy=$(free_port)
cat > "$work/haproxy.cfg" << CFG
defaults
  mode http
  timeout connect 4s
  timeout client 4s
  timeout server 4s
frontend f
  bind 127.0.0.1:$haproxy
  default_backend b
backend b
  server s 127.0.0.1:$backend
CFG
haproxy -db -f "$work/haproxy.cfg" > /dev/null 2>&1 &
nghttpx=$(free_port)
nghttpx "--frontend=127.0.0.1,$nghttpx;no-tls" "--backend=127.0.0.1,$backend" --backend-read-timeout=4s --workers=1 --conf=/dev/null \
  --errorlog-file=/dev/null &
for port in "$nginx" "$haproxy" "$nghttpx"; do listening "$port"; done
see talks "nginx=$nginx" "haproxy=$haproxy" "nghttpx=$nghttpx" << 'PY'
import sys
import threading
from wire import Wire, frame
for name, port in (word.split("=") for word in sys.argv[1:]):
    w = Wire(int(port), "/")
    over = threading.Event()

    def talk(sock=w.sock, over=over):
        while not over.wait(1):
            sock.sendall(frame(1, b"hi"))
    threading.Thread(target=talk, daemon=True).start()
    out = w.until_end(15)
    over.set()
    print(f"{name}: {out.ending} after 15 s")
print("nginx, nobody talks:", Wire(int(sys.argv[1].split("=")[1]), "/").until_end(15).ending)
PY
for name in nginx haproxy nghttpx; do expect "$name: open after 15 s"; done
expect "nginx, nobody talks: fin"
