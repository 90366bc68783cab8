#!/usr/bin/env bash
# tshark 4.0.17 (Debian 12): a WebSocket session inside a CONNECT tunnel is not dissected: `-Y websocket` is empty, though the same
# bytes without the CONNECT before them are found on any port. Guess before the run: both are dissected.
# Seen:
#   direct, port 21071: 1 frame
#   CONNECT to port 21071: 0 frames
#   CONNECT to port 80: 0 frames
. "$(dirname "$0")/common.sh"
deb tshark 4.0.17-0+deb12u3
see tunnel "$here" "$work" << 'PY'
import subprocess
import sys
sys.path.insert(0, sys.argv[1])
import faults
from pcap import Capture


def frames(name, port, tunnel):
    key = b"dGhlIHNhbXBsZSBub25jZQ=="
    path = f"{sys.argv[2]}/{name}.pcap"
    capture = Capture(path, port)
    if tunnel:
        capture.client(b"CONNECT chat.test:" + tunnel + b" HTTP/1.1\r\nHost: chat.test:" + tunnel + b"\r\n\r\n")
        capture.server(b"HTTP/1.1 200 Connection established\r\n\r\n")
    capture.client(b"GET / HTTP/1.1\r\nHost: chat.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                   b"Sec-WebSocket-Key: " + key + b"\r\n\r\n")
    capture.server(faults.head(key))
    capture.server(faults.frame(0x81, b"hello"))
    told = subprocess.run(["tshark", "-r", path, "-Y", "websocket"], capture_output=True, text=True, check=True)
    return len(told.stdout.splitlines())

print("direct, port 21071:", frames("direct", 21071, b""), "frame")
print("CONNECT to port 21071:", frames("tunnel", 3128, b"21071"), "frames")
print("CONNECT to port 80:", frames("tunnel-80", 3128, b"80"), "frames")
PY
expect "direct, port 21071: 1 frame"
expect "CONNECT to port 21071: 0 frames"
expect "CONNECT to port 80: 0 frames"
