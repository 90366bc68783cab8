"""A server that does one lawful but unusual thing a path, for the findings: lawful_server.py PORT. It ends TCP when the client has said
or ended something."""
import os
import pathlib
import re
import signal
import socket
import struct
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests/fieldguide"))
import faults  # noqa: E402

TEXT = faults.frame(0x81, b"hello")


def close(code):
    return faults.frame(0x88, struct.pack("!H", code) + b"why")


HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n"

# path: what makes the bytes of the good 101
ANSWERS = {
    "plain": lambda good: good + TEXT + close(1000),
    "list": lambda good: good.replace(b"Connection: Upgrade", b"Connection: keep-alive, Upgrade") + close(1000),
    "hints": lambda good: good + TEXT + close(1000),
    "hints-open": lambda good: good + TEXT,
    "empty-close": lambda good: good + faults.frame(0x88, b""),
    "close-1012": lambda good: good + close(1012),
    "close-1013": lambda good: good + close(1013),
    "close-3000": lambda good: good + close(3000),
    "fin": lambda good: good + TEXT,
    "rst": lambda good: good + TEXT,
}


def serve(peer):
    with peer:
        data = b""
        while b"\r\n\r\n" not in data:
            data += peer.recv(65536) or b"\r\n\r\n"
        if b" " not in data:
            return
        path = data.split(b" ")[1].strip(b"/").decode()
        if path.startswith("hints"):
            peer.sendall(HINTS)
            time.sleep(0.3)  # early, as hints are
        peer.sendall(ANSWERS[path](faults.head(re.search(rb"(?i)sec-websocket-key: *([^\r\n]+)", data)[1])))
        if path == "fin":
            peer.shutdown(socket.SHUT_WR)
        if path == "rst":
            time.sleep(0.3)  # until what was sent has been read
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return
        peer.recv(65536)


signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen()
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
