#!/usr/bin/env bash
# stunnel 5.68 (Debian 12) before a backend that resets the session (RST, as a killed program or a full queue does): the client gets TLS's
# close_notify, the end in order, as if the backend had gone by FIN. Only stunnel's log tells them apart. Guess before the run: RST,
# since its option "reset", on by default, is documented to pass errors on by RST.
# Seen:
#   backend's FIN: close_notify
#   backend's RST: close_notify
#   backend's RST without stunnel: RST
. "$(dirname "$0")/common.sh"
deb stunnel4 3:5.68-2+deb12u1
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key" -out "$work/certificate" -days 2 -subj /CN=localhost 2> /dev/null
cat "$work/key" "$work/certificate" > "$work/both"
chmod 600 "$work/both"
backend=$(free_port)
port=$(free_port)
/usr/bin/python3 "$here/lawful_server.py" "$backend" &
listening "$backend"
cat > "$work/conf" << CONF
foreground = yes
pid =
[websocket]
accept = 127.0.0.1:$port
connect = 127.0.0.1:$backend
cert = $work/both
CONF
stunnel4 "$work/conf" > /dev/null 2>&1 &
listening "$port"
see reset "$port" "$backend" << 'PY'
import socket
import ssl
import sys
TLS = ssl.create_default_context()
TLS.check_hostname, TLS.verify_mode = False, ssl.CERT_NONE


def end(port, path, tls):
    sock = socket.create_connection(("127.0.0.1", int(port)), timeout=10)
    if tls:
        sock = TLS.wrap_socket(sock, suppress_ragged_eofs=False)
    sock.sendall(f"GET /{path} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode())
    try:
        while sock.recv(4096):
            pass
        return "close_notify" if tls else "FIN"
    except ssl.SSLEOFError:
        return "FIN"
    except ConnectionResetError:
        return "RST"

print("backend's FIN:", end(sys.argv[1], "fin", True))
print("backend's RST:", end(sys.argv[1], "rst", True))
print("backend's RST without stunnel:", end(sys.argv[2], "rst", False))
PY
expect "backend's FIN: close_notify"
expect "backend's RST: close_notify"
expect "backend's RST without stunnel: RST"
