#!/usr/bin/env bash
# nginx 1.22.1 (Debian 12) before a backend that answers an upgrade with "103 Early Hints" and then 101: it takes the 103 for the whole
# answer and the rest for its body, which it buffers: no byte reaches the client while the session lives, neither hints nor 101. When
# the backend ends, all comes at once. HAProxy 2.6.12 passes both on. Guess before the run: the client gets the 103 at once, and no 101.
# Seen:
#   haproxy: 103 101
#   nginx, backend alive: nothing
#   nginx, backend has ended: 103 101
. "$(dirname "$0")/common.sh"
deb nginx-light 1.22.1-9+deb12u11
deb haproxy 2.6.12-1+deb12u4
backend=$(free_port)
/usr/bin/python3 "$here/lawful_server.py" "$backend" &
server=$!
listening "$backend"
nginx=$(free_port)
mkdir "$work/nginx"
cat > "$work/nginx.conf" << CONF
daemon off; pid $work/nginx/pid; error_log stderr; events {}
http { access_log off; proxy_temp_path $work/nginx/a; client_body_temp_path $work/nginx/b; fastcgi_temp_path $work/nginx/c;
  uwsgi_temp_path $work/nginx/d; scgi_temp_path $work/nginx/e;
  server { listen 127.0.0.1:$nginx; location / { proxy_pass http://127.0.0.1:$backend; proxy_http_version 1.1;
    proxy_set_header Upgrade \$http_upgrade; proxy_set_header Connection upgrade; } } }
CONF
nginx -c "$work/nginx.conf" -p "$work/nginx" 2> /dev/null &
haproxy=$(free_port)
cat > "$work/haproxy.cfg" << CFG
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend f
  bind 127.0.0.1:$haproxy
  default_backend b
backend b
  server s 127.0.0.1:$backend
CFG
haproxy -db -f "$work/haproxy.cfg" > /dev/null 2>&1 &
for port in "$nginx" "$haproxy"; do listening "$port"; done
see hints "$haproxy" "$nginx" "$server" << 'PY'
import os
import re
import signal
import socket
import sys
import time


def statuses(sock, wait):
    """The status codes of what comes within `wait` s."""
    data, until = b"", time.monotonic() + wait
    while (left := until - time.monotonic()) > 0:
        sock.settimeout(left)
        try:
            chunk = sock.recv(65536)
        except TimeoutError:
            break
        if not chunk:
            break
        data += chunk
    return b" ".join(re.findall(rb"HTTP/1.1 (\d+)", data)).decode() or "nothing"


def upgrade(port):
    sock = socket.create_connection(("127.0.0.1", int(port)))
    sock.sendall(b"GET /hints-open HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                 b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
    return sock

print("haproxy:", statuses(upgrade(sys.argv[1]), 4))
held = upgrade(sys.argv[2])
print("nginx, backend alive:", statuses(held, 8))
os.kill(int(sys.argv[3]), signal.SIGTERM)
print("nginx, backend has ended:", statuses(held, 8))
PY
expect "haproxy: 103 101"
expect "nginx, backend alive: nothing"
expect "nginx, backend has ended: 103 101"
