"""A server that does one thing wrong: what clients say to it. FAULTS has the bytes that follow a good 101, or the answer itself."""
import base64
import hashlib
import re
import socket
import struct
import threading

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def frame(first, payload, masked=False):
    head = bytes([first]) + (bytes([len(payload) | (0x80 if masked else 0)]) if len(payload) < 126 else
                             bytes([126]) + struct.pack("!H", len(payload)) if len(payload) < 65536 else
                             bytes([127]) + struct.pack("!Q", len(payload)))
    return head + (b"\0\0\0\0" if masked else b"") + payload


CLOSE = {"code": lambda code: frame(0x88, struct.pack("!H", code))}

# name: (bytes after the 101, how it ends then: None (waits for the client), fin, rst)
FAULTS = {
    "rsv1": (frame(0xC1, b"hi"), None),
    "rsv2": (frame(0xA1, b"hi"), None),
    "masked": (frame(0x81, b"hi", masked=True), None),
    "opcode-3": (frame(0x83, b"hi"), None),
    "bad-utf8": (frame(0x81, b"\xc3\x28"), None),
    "control-too-long": (frame(0x89, b"x" * 126), None),
    "control-fragmented": (frame(0x09, b"hi"), None),
    "continuation-first": (frame(0x80, b"hi"), None),
    "text-in-fragments": (frame(0x01, b"hi") + frame(0x81, b"ho"), None),
    "close-1005": (CLOSE["code"](1005), None),
    "close-999": (CLOSE["code"](999), None),
    "close-1012": (CLOSE["code"](1012), None),  # lawful, as 1014 and an empty Close: some clients say otherwise
    "close-1014": (CLOSE["code"](1014), None),
    "empty-close": (frame(0x88, b""), None),
    "close-one-byte": (frame(0x88, b"\x03"), None),
    "close-reason-utf8": (frame(0x88, struct.pack("!H", 1000) + b"\xc3\x28"), None),
    "length-not-minimal": (b"\x81\x7e\x00\x02hi", None),
    "too-big": (frame(0x82, b"x" * 200000), None),
    "fin": (b"", "fin"),
    "rst": (b"", "rst"),
    "fin-mid-frame": (frame(0x81, b"hello")[:4], "fin"),
    "close-1011": (frame(0x88, struct.pack("!H", 1011) + b"oops"), None),
}


def head(key, fields=(), status="101 Switching Protocols", accept=None):
    answer = base64.b64encode(hashlib.sha1(key + GUID).digest()).decode()
    lines = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": accept or answer, **dict(fields)}
    return (f"HTTP/1.1 {status}\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items() if v is not None) + "\r\n").encode()


# name: what makes the whole answer of the request's key
ANSWERS = {
    "accept-wrong": lambda key: head(key, accept="AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
    "upgrade-missing": lambda key: head(key, {"Upgrade": None}),
    "connection-list": lambda key: head(key, {"Connection": "keep-alive, Upgrade"}),  # lawful
    "connection-missing": lambda key: head(key, {"Connection": None}),
    "subprotocol-unasked": lambda key: head(key, {"Sec-WebSocket-Protocol": "surprise"}),
    "extension-unasked": lambda key: head(key, {"Sec-WebSocket-Extensions": "x-unknown"}),
    "status-404": lambda key: b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "status-403": lambda key: b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "status-500": lambda key: b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "status-200": lambda key: b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi",
    "status-302": lambda key: b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "not-http": lambda key: b"SSH-2.0-OpenSSH_9.2\r\n",
    "cut": lambda key: b"",
}


def serve_one(peer, fault):
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = peer.recv(65536)
        if not chunk:
            return
        data += chunk
    key = re.search(rb"(?i)sec-websocket-key: *([^\r\n]+)", data)[1]
    if fault in ANSWERS:
        peer.sendall(ANSWERS[fault](key))
        peer.shutdown(socket.SHUT_WR)
    elif fault in FAULTS:
        sent, end = FAULTS[fault]
        peer.sendall(head(key) + sent)
        if end == "rst":
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            return
        if end == "fin":
            peer.shutdown(socket.SHUT_WR)
    peer.settimeout(4)
    while peer.recv(65536):
        pass


def start():
    """The port of a server that does, on the path /NAME, what NAME says."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)

    def one(peer):
        try:
            first = peer.recv(4096, socket.MSG_PEEK).split(b" ")[1].strip(b"/").decode()
            serve_one(peer, first)
        except (OSError, IndexError):
            pass
        finally:
            peer.close()

    def accept():
        while True:
            threading.Thread(target=one, args=(listener.accept()[0],), daemon=True).start()
    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()[1]
