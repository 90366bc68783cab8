"""A WebSocket client of bare sockets: it sends what it is told, lawful or not, and notes what comes until the end. It is
not whydrop: the field guide is measured by something else than the program that uses it."""
import base64
import os
import re
import socket
import ssl
import struct
import time

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def frame(opcode, payload, first=0x80, mask=b"\x37\xfa\x21\x3d"):
    """One masked frame; `first` has FIN and RSV bits."""
    size = len(payload)
    head = bytes([first | opcode])
    if size < 126:
        head += bytes([0x80 | size])
    elif size < 65536:
        head += struct.pack("!BH", 0x80 | 126, size)
    else:
        head += struct.pack("!BQ", 0x80 | 127, size)
    key = (mask * (size // 4 + 1))[:size]
    masked = (int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")).to_bytes(size, "big") if size else b""
    return head + mask + masked


class Outcome:
    """How a session ended, in the words of the field guide."""

    def __init__(self):
        self.ending = "open"          # close, fin, rst, refused, silence; open: nothing within the time
        self.code = None
        self.reason = ""
        self.status = None
        self.body = ""
        self.headers = {}
        self.messages = []            # texts of data frames
        self.pings = []               # seconds at which the server pinged
        self.seconds = None           # from the last byte that counted to the end
        self.then = ""                # what followed a Close: fin, rst or open

    def __repr__(self):
        words = [self.ending] + [f"{k} {v!r}" for k, v in (
            ("code", self.code), ("reason", self.reason), ("status", self.status), ("body", self.body[:200])) if v]
        if self.seconds is not None:
            words.append(f"after {self.seconds:.2f} s")
        if self.messages:
            words.append(f"messages {[m[:120] for m in self.messages[-3:]]}")
        if self.pings:
            words.append(f"pings at {[round(p, 1) for p in self.pings]}")
        if self.then:
            words.append(f"then {self.then}")
        server = self.headers.get("server"), self.headers.get("via")
        return ", ".join(words) + (f"; Server {server[0]!r}, Via {server[1]!r}" if any(server) else "")


class Wire:
    """One connection. Use: w = Wire(port, "/path"); w.text("hi"); outcome = w.until_end(10)."""

    def __init__(self, port, path="/", headers=None, subprotocol=None, upgrade=True, wait=10, tls=False):
        self.outcome = Outcome()
        self.buffer = b""
        self.parts = []               # of a message that is not whole
        self.sock = socket.create_connection(("127.0.0.1", port), timeout=wait)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:  # nobody's certificate is looked at
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            self.sock = context.wrap_socket(self.sock, suppress_ragged_eofs=False)
        self.began = time.monotonic()
        fields = {"Host": f"127.0.0.1:{port}"}
        if upgrade:
            fields |= {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
                       "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode()}
        if subprotocol:
            fields["Sec-WebSocket-Protocol"] = subprotocol
        fields |= headers or {}
        head = f"GET {path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in fields.items() if v is not None) + "\r\n"
        try:
            self.sock.sendall(head.encode())
            self.read_answer(wait)
        except OSError as error:
            self.ended(error)
        self.last = time.monotonic()

    # -- reading
    def ended(self, error=None):
        if isinstance(error, TimeoutError):
            self.outcome.ending = "silence"
        elif self.outcome.ending == "open":
            self.outcome.ending = "rst" if isinstance(error, (ConnectionResetError, BrokenPipeError)) else "fin"
            self.outcome.seconds = time.monotonic() - getattr(self, "last", self.began)

    def fill(self, wait):
        """More bytes, or False at the end; a time-out is raised."""
        self.sock.settimeout(max(wait, 0.001))
        chunk = self.sock.recv(65536)
        self.buffer += chunk
        return bool(chunk)

    def read_answer(self, wait):
        until = time.monotonic() + wait
        while b"\r\n\r\n" not in self.buffer:
            if not self.fill(until - time.monotonic()):
                return self.ended()
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        out = self.outcome
        out.status = int(lines[0].split()[1]) if lines[0].startswith("HTTP/1.") else 0
        out.headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:])}
        if out.status == 101:
            return None
        out.ending = "refused"
        out.seconds = time.monotonic() - self.began
        return self.read_body(until)

    def read_body(self, until):
        length = self.outcome.headers.get("content-length")
        chunked = "chunked" in self.outcome.headers.get("transfer-encoding", "")
        try:
            while not ((length and len(self.buffer) >= int(length)) or (chunked and self.buffer.endswith(b"0\r\n\r\n"))):
                if not self.fill(min(until - time.monotonic(), 5)):
                    break
        except OSError:
            pass
        body = self.buffer.decode("utf-8", "replace")
        if chunked:
            body = re.sub(r"(^|\r\n)[0-9a-fA-F]+\r\n", "", body)
        self.outcome.body = body

    def next_frame(self, wait):
        """(first byte, payload), None at the end."""
        until = time.monotonic() + wait
        while True:
            found = self.whole_frame()
            if found:
                return found
            if not self.fill(until - time.monotonic()):
                return None

    def whole_frame(self):
        data = self.buffer
        if len(data) < 2:
            return None
        size, at = data[1] & 127, 2
        if size == 126:
            size, at = (struct.unpack("!H", data[2:4])[0], 4) if len(data) >= 4 else (1 << 62, 4)
        elif size == 127:
            size, at = (struct.unpack("!Q", data[2:10])[0], 10) if len(data) >= 10 else (1 << 62, 10)
        if len(data) < at + size:
            return None
        self.buffer = data[at + size:]
        return data[0], data[at:at + size]

    def until_end(self, wait, pong=True, on_message=None, answer_close=True, stop_at=None, from_start=False):
        """Reads until the session ends or `wait` is over. `stop_at`: a test of the message's text that stops it."""
        out = self.outcome
        if out.ending != "open":
            return out
        if from_start:
            self.last = self.began
        until = time.monotonic() + wait
        try:
            while True:
                got = self.next_frame(until - time.monotonic())
                if got is None:
                    self.ended()
                    break
                first, payload = got
                opcode = first & 15
                if opcode == CLOSE:
                    return self.closed(payload, answer_close)
                if opcode == PING:
                    out.pings.append(time.monotonic() - self.began)
                    if pong:
                        self.send(PONG, payload)
                elif opcode in (TEXT, BINARY, 0):
                    self.parts.append(payload)
                    if not first & 0x80:
                        continue
                    text = b"".join(self.parts).decode("utf-8", "replace")
                    self.parts = []
                    out.messages.append(text)
                    if on_message:
                        on_message(self, text)
                    if stop_at and stop_at(text):
                        return out
        except TimeoutError:
            out.seconds = time.monotonic() - self.last
        except OSError as error:
            self.ended(error)
        return out

    def closed(self, payload, answer):
        out = self.outcome
        out.ending = "close"
        out.seconds = time.monotonic() - self.last
        out.code = struct.unpack("!H", payload[:2])[0] if len(payload) >= 2 else None
        out.reason = payload[2:].decode("utf-8", "replace")
        try:
            if answer:
                self.sock.sendall(frame(CLOSE, payload[:2]))
            self.sock.settimeout(3)
            while self.sock.recv(65536):
                pass
            out.then = "fin"
        except TimeoutError:
            out.then = "open"
        except OSError:
            out.then = "rst"
        return out

    # -- writing
    def send(self, opcode, payload, first=0x80):
        if self.outcome.ending == "open":
            try:
                self.sock.settimeout(20)
                self.sock.sendall(frame(opcode, payload, first))
            except OSError:
                pass  # the reader sees how it ended
            self.last = time.monotonic()

    def text(self, text):
        self.send(TEXT, text.encode() if isinstance(text, str) else text)

    def binary(self, data):
        self.send(BINARY, data)

    def close(self, code=1000):
        self.send(CLOSE, struct.pack("!H", code))

    def wait_message(self, wait=10):
        """The next data message's text; None at the end."""
        before = len(self.outcome.messages)
        self.until_end(wait, stop_at=lambda text: True)
        return self.outcome.messages[-1] if len(self.outcome.messages) > before else None
