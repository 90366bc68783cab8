"""A backend that takes the upgrade on the port given and then sends nothing, or a message a second with "talks": for the findings."""
import pathlib
import re
import socket
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests/fieldguide"))
import faults  # noqa: E402


def serve(peer, talks):
    data = b""
    while b"\r\n\r\n" not in data:
        data += peer.recv(65536)
    peer.sendall(faults.head(re.search(rb"(?i)sec-websocket-key: *([^\r\n]+)", data)[1]))
    try:
        while talks:
            peer.sendall(faults.frame(0x81, b"hi"))
            time.sleep(1)
        while peer.recv(65536):
            pass
    except OSError:
        pass


listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen()
while True:
    threading.Thread(target=serve, args=(listener.accept()[0], "talks" in sys.argv), daemon=True).start()
