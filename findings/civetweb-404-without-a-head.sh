#!/usr/bin/env bash
# civetweb 1.15 (Debian 12): an upgrade to a path that takes none is answered with the body of an error page alone, without status
# line and headers, so that every client reports an answer that is no HTTP. A plain GET there gets a whole 404. Guess before the
# run: both get HTTP/1.1 404.
# Seen:
#   upgrade b'Error 404: Not Found'
#   plain b'HTTP/1.1 404 Not Found'
. "$(dirname "$0")/common.sh"
deb civetweb 1.15+dfsg-4
port=$(free_port)
mkdir "$work/root"
civetweb -document_root "$work/root" -listening_ports "$port" > /dev/null 2>&1 &
listening "$port"
see first_lines "$port" << 'PY'
import socket
import sys

UPGRADE = ("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")
for name, fields in ("upgrade", UPGRADE), ("plain", ""):
    with socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=10) as sock:
        sock.sendall(f"GET /none HTTP/1.1\r\nHost: a\r\n{fields}\r\n".encode())
        answer = b""
        while b"\n" not in answer:
            answer += sock.recv(4096) or b"\n"
        print(name, answer.split(b"\r\n")[0].split(b"\n")[0])
PY
expect "upgrade b'Error 404: Not Found'"
expect "plain b'HTTP/1.1 404 Not Found'"
