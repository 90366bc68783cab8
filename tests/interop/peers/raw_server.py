#!/usr/bin/python3
"""A server by hand, on the standard library alone: upgrade, echo of one message, and then any bytes and any end of transport.

usage: raw_server.py ENDING [--tls --cert FILE --key FILE]
"""
import argparse
import base64
import fcntl
import gzip
import hashlib
import socket
import ssl
import struct
import termios

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def frame(first, payload):
    return bytes([first, len(payload)]) + payload


def close_frame(code, reason=b""):
    return frame(0x88, struct.pack("!H", code) + reason)


# what is sent after the echo
BYTES = {
    "close": close_frame(1000, b"bye"), "close-empty": frame(0x88, b""), "close-1005": close_frame(1005),
    "close-1006": close_frame(1006), "close-1015": close_frame(1015), "fin-mid-frame": frame(0x81, b"x" * 100)[:40],
    "masked-frame": bytes([0x81, 0x80 | 2, 1, 2, 3, 4, ord("h") ^ 1, ord("i") ^ 2]), "rsv1": frame(0xC1, b"rsv1"),
    "reserved-opcode": frame(0x83, b"three"), "bad-utf8": frame(0x81, b"\xc3\x28"),
    "oversize-ping": b"\x89\x7e\x00\x7e" + b"p" * 126, "broken-continuation": frame(0x80, b"continued"),
}
ERROR = b'{"error":"invalid_token","message":"jwt expired"}'
REFUSED = b"HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\n"
# what is sent instead of a 101
ANSWERS = {
    "refuse-403": b"HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\nno\n",
    "html": b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<html><body>hello</body></html>\n",
    "redirect": b"HTTP/1.1 301 Moved Permanently\r\nLocation: https://elsewhere.example/\r\nContent-Length: 0\r\n\r\n",
    "not-http": b"220 mail.example ESMTP\r\n", "upgrade-cut-fin": b"",
    "refuse-chunked": REFUSED + b"Transfer-Encoding: chunked\r\n\r\ne\r\n" + ERROR[:14] + b"\r\n%x\r\n" % len(ERROR[14:]) + ERROR[14:]
                      + b"\r\n0\r\n\r\n",
    "refuse-gzip": REFUSED + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(gzip.compress(ERROR))
                   + gzip.compress(ERROR),
}
# what is sent with the 101, behind it
INSTEAD = {
    "http-after-101": b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 16\r\n\r\nbackend is down\n",
    "banner-after-101": b"SSH-2.0-OpenSSH_9.2p1\r\n",
}


def read_exactly(stream, size):
    data = b""
    while len(data) < size:
        piece = stream.recv(size - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def read_head(stream):
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += read_exactly(stream, 1)
    return head


def read_message(stream):
    first, length = read_exactly(stream, 2)
    length &= 0x7F
    if length == 126:
        length = struct.unpack("!H", read_exactly(stream, 2))[0]
    key = read_exactly(stream, 4)
    return first, bytes(byte ^ key[n % 4] for n, byte in enumerate(read_exactly(stream, length)))


def upgrade(stream, head, good, at_once=b""):
    key = [line.split(b":", 1)[1].strip() for line in head.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key:")][0]
    accept = base64.b64encode(hashlib.sha1((key if good else b"other") + GUID).digest())
    stream.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                   b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n" + at_once)


def reset(stream):
    """A RST throws away what the peer's kernel has not got yet, so that is waited for."""
    while struct.unpack("i", fcntl.ioctl(stream, termios.TIOCOUTQ, b"\0" * 4))[0]:
        pass
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    stream.close()


def drain(stream):
    """Reads until the client has gone: closing with unread bytes would send RST."""
    try:
        while stream.recv(65536):
            pass
    except OSError:
        pass


def converse(stream, ending):
    """Everything up to the transport's end. Returns how that is to be."""
    head = read_head(stream)
    if ending in ANSWERS:
        stream.sendall(ANSWERS[ending])
        return "fin"
    if ending == "upgrade-cut-reset":
        return "reset"
    if ending == "upgrade-timeout":
        drain(stream)
        return "fin"
    upgrade(stream, head, ending != "wrong-accept", INSTEAD.get(ending, b""))
    if ending in INSTEAD:
        return "fin"
    first, message = read_message(stream)
    if first & 0x0F == 8:
        return "fin"
    stream.sendall(frame(first, message) + BYTES.get(ending, b""))
    if ending.startswith("close") or ending in BYTES and ending != "fin-mid-frame":
        first, message = read_message(stream)
        if first & 0x0F == 8 and not ending.startswith("close"):
            stream.sendall(frame(first, message))
    if ending == "silent":
        drain(stream)
    return {"reset": "reset", "tls-close-notify": "close_notify"}.get(ending, "fin")


def end(stream, how):
    if how == "reset":
        reset(stream)
        return
    if how == "close_notify":
        stream.unwrap()
    socket.socket.shutdown(stream, socket.SHUT_WR)
    drain(stream)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("ending")
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--cert")
    parser.add_argument("--key")
    given = parser.parse_args()
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"listening on {'wss' if given.tls else 'ws'}://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    connection, _ = listener.accept()
    stream = connection
    if given.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(given.cert, given.key)
        stream = context.wrap_socket(connection, server_side=True)
    try:
        end(stream, converse(stream, given.ending))
    except (EOFError, OSError):
        pass


if __name__ == "__main__":
    main()
