"""What a lawful endpoint makes of lawful and unlawful frames: a table of cases, the same for a client and a server.

A case sends pieces, and says which frames come back, in order, and the close code that the endpoint fails the session with; null:
it does not fail, and answers the Close 1000 that follows. Nothing else may come. RFC 6455 sections 5 to 8, RFC 7692.
"""
import base64
import dataclasses
import hashlib
import itertools
import socket
import struct
import zlib

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
FIN, RSV1, RSV2, RSV3 = 0x80, 0x40, 0x20, 0x10
PROTOCOL, BAD_DATA = 1002, 1007


@dataclasses.dataclass
class Frame:
    """What is sent. `first` is the whole first byte, `declares` a length that is not the payload's."""
    first: int
    payload: bytes = b""
    form: int = 0
    declares: int = -1


@dataclasses.dataclass
class Case:
    """`cut`: bytes at the end that are never sent. `chop`: bytes of a write; 0: all in one."""
    name: str
    sends: list
    expects: list
    code: int = 0
    chop: int = 0
    cut: int = 0
    offer: str = ""  # of permessage-deflate, in the request; the answer where a client is tried
    answer: str = ""


def text(payload, fin=True):
    return Frame(TEXT | (FIN if fin else 0), payload if isinstance(payload, bytes) else payload.encode())


def binary(payload):
    return Frame(BINARY | FIN, payload)


def more(payload, fin=True):
    return Frame(CONTINUATION | (FIN if fin else 0), payload if isinstance(payload, bytes) else payload.encode())


def ping(payload=b""):
    return Frame(PING | FIN, payload)


def pong(payload=b""):
    return Frame(PONG | FIN, payload)


def close(code=None, reason=b""):
    return Frame(CLOSE | FIN, b"" if code is None else struct.pack("!H", code) + reason)


def echo_of(frame):
    return (frame.first & 15, frame.payload)


def encode(frame, mask):
    """Bytes of a frame, masked as a client's is where `mask` is given."""
    size = len(frame.payload) if frame.declares < 0 else frame.declares
    bit = 0x80 if mask is not None else 0
    form = frame.form or (7 if size < 126 else 16 if size < 65536 else 64)
    head = bytes([frame.first, bit | (size if form == 7 else 126 if form == 16 else 127)])
    head += b"" if form == 7 else struct.pack("!H" if form == 16 else "!Q", size)
    if mask is None:
        return head + frame.payload
    key = mask * (len(frame.payload) // 4 + 1)
    masked = int.from_bytes(frame.payload, "big") ^ int.from_bytes(key[:len(frame.payload)], "big")
    return head + mask + masked.to_bytes(len(frame.payload), "big")


# ---- lengths, pings, reserved bits, opcodes --------------------------------------------------------------------------------------

LENGTHS = (0, 1, 125, 126, 127, 128, 65535, 65536)
BUSY = b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff"


def framing():
    for kind, make in (("text", lambda size: text("*" * size)), ("binary", lambda size: binary(b"\xfe" * size))):
        for size in LENGTHS:
            yield Case(f"{kind} of {size}", [make(size)], [echo_of(make(size))])
        yield Case(f"{kind} of 65536 in pieces of 997", [make(65536)], [echo_of(make(65536))], chop=997)
        yield Case(f"{kind} of 130 in pieces of 1", [make(130)], [echo_of(make(130))], chop=1)
    for size, form in ((5, 16), (5, 64), (200, 64)):
        yield Case(f"length {size} in {form} bits", [text("a"), Frame(TEXT | FIN, b"x" * size, form)], [(TEXT, b"a")], PROTOCOL)
    yield Case("a length with its highest bit", [Frame(BINARY | FIN, b"", 64, 1 << 63)], [], PROTOCOL)


def pings():
    for name, payload in (("nothing", b""), ("text", b"Hello"), ("bytes", BUSY), ("125 bytes", b"\xfe" * 125)):
        yield Case(f"ping of {name}", [ping(payload)], [(PONG, payload)])
    yield Case("ping of 126 bytes", [ping(b"\xfe" * 126)], [], PROTOCOL)
    yield Case("ping of 126 bytes, header only", [ping(b"\xfe" * 126)], [], PROTOCOL, cut=126)
    yield Case("ping of 125 bytes in pieces of 1", [ping(b"\xfe" * 125)], [(PONG, b"\xfe" * 125)], chop=1)
    for name, payload in (("", b""), (" of text", b"unasked")):
        yield Case(f"pong{name} that was not asked for", [pong(payload)], [])
        yield Case(f"pong{name}, then a ping", [pong(payload), ping(b"p")], [(PONG, b"p")])
    ten = [b"payload-%d" % n for n in range(10)]
    for chop in (0, 1):
        yield Case(f"ten pings, pieces of {chop}", list(map(ping, ten)), [(PONG, payload) for payload in ten], chop=chop)
    yield Case("pongs before later echoes", [ping(b"1"), text("a"), ping(b"2"), text("b")],
               [(PONG, b"1"), (TEXT, b"a"), (PONG, b"2"), (TEXT, b"b")])


def reserved_bits():
    for bits in range(1, 8):
        rsv = bits << 4
        names = "+".join(name for name, bit in (("RSV1", RSV1), ("RSV2", RSV2), ("RSV3", RSV3)) if rsv & bit)
        for chop in (0, 1):
            yield Case(f"{names} behind a text, pieces of {chop}", [text("Hello"), Frame(TEXT | FIN | rsv, b"bad"), ping()],
                       [(TEXT, b"Hello")], PROTOCOL, chop=chop)
        for kind, opcode in (("binary", BINARY), ("ping", PING), ("close", CLOSE)):
            yield Case(f"{names} in a {kind}", [Frame(opcode | FIN | rsv, b""), text("late")], [], PROTOCOL)


def opcodes():
    for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15):
        yield Case(f"opcode {opcode}, empty", [Frame(opcode | FIN)], [], PROTOCOL)
        yield Case(f"opcode {opcode} with bytes", [Frame(opcode | FIN, b"reserved")], [], PROTOCOL)
        for chop in (0, 1):
            yield Case(f"opcode {opcode} between a text and a ping, pieces of {chop}",
                       [text("Hello"), Frame(opcode | FIN, b"x"), ping()], [(TEXT, b"Hello")], PROTOCOL, chop=chop)


# ---- fragments ----------------------------------------------------------------------------------------------------------------------

def fragments():
    first, last = text("fragment1", False), more("fragment2")
    whole = (TEXT, b"fragment1fragment2")
    for name, opcode in (("ping", PING), ("pong", PONG)):
        yield Case(f"a {name} in two frames", [Frame(opcode, b"a"), more("b")], [], PROTOCOL)
    for chop in (0, 1):
        yield Case(f"text in two frames, pieces of {chop}", [first, last], [whole], chop=chop)
        yield Case(f"a ping between two frames, pieces of {chop}", [first, ping(b"p"), last], [(PONG, b"p"), whole], chop=chop)
        yield Case(f"a pong between two frames, pieces of {chop}", [first, pong(b"p"), last], [whole], chop=chop)
        yield Case(f"two texts in four frames, pieces of {chop}", [first, last, first, last], [whole, whole], chop=chop)
        for fin in (True, False):
            stray = more("stray", fin)
            name = "the last of nothing" if fin else "one more of nothing"
            yield Case(f"{name}, pieces of {chop}", [stray, text("Hello")], [], PROTOCOL, chop=chop)
            yield Case(f"{name} behind a whole message, pieces of {chop}", [first, last, stray, text("Hello")], [whole], PROTOCOL,
                       chop=chop)
    yield Case("five frames with pings between", [text("1", False), more("2", False), ping(b"p"), more("3", False),
                                                  more("4", False), ping(b"q"), more("5")],
               [(PONG, b"p"), (PONG, b"q"), (TEXT, b"12345")])
    for kind, begins in (("text", text("other")), ("binary", binary(b"other")), ("unfinished text", text("other", False))):
        yield Case(f"a {kind} inside a message", [first, begins, last], [], PROTOCOL)
        yield Case(f"a {kind} inside a message, behind one that is whole", [text("Hello"), first, begins, ping()],
                   [(TEXT, b"Hello")], PROTOCOL)
    yield Case("empty frames", [text("", False), more("", False), more("")], [(TEXT, b"")])
    yield Case("empty frames around bytes", [text("", False), more("middle", False), more("")], [(TEXT, b"middle")])
    yield Case("binary in frames of every size", [Frame(BINARY, b"")] + [more(b"\xfe" * size, False) for size in LENGTHS] + [more(b"")],
               [(BINARY, b"\xfe" * sum(LENGTHS))])
    yield Case("64 KiB in frames of 1300", [Frame((TEXT if at == 0 else 0) | (FIN if at + 1300 >= 65536 else 0), b"*" * min(1300, 65536 - at))
                                            for at in range(0, 65536, 1300)], [(TEXT, b"*" * 65536)])
    yield Case("a message of 1 MiB in frames of 64", [Frame(BINARY, b"")] + [more(b"\xfe" * 64, False)] * 16384 + [more(b"")],
               [(BINARY, b"\xfe" * (1 << 20))])
    yield Case("a message of 4 MiB", [binary(b"\xfe" * (4 << 20))], [(BINARY, b"\xfe" * (4 << 20))])


# ---- UTF-8 ----------------------------------------------------------------------------------------------------------------------------

VALID = ["", "Hello", "κόσμε", "Hello-µ@ßöäüàá-UTF-8!!", "\u0080", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\ufffd", "\ufffe", "\uffff",
         "\U00010000", "\U0010ffff", "\x00", "\x7f", "\u2028", "\ufdd0", "日本語 text 中", "🙂" * 40]
VALID += [chr(plane << 16 | last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF)]
#: Broken at once: no byte that follows could mend them.
INVALID = {
    "a continuation byte alone": b"\x80", "the last continuation byte alone": b"\xbf", "two continuation bytes": b"\x80\xbf",
    "a first byte, then a blank": b"\xc3 ", "of three the second is a blank": b"\xe2 \x82", "of four the third is a blank": b"\xf0\x9f ",
    "0xfe": b"\xfe", "0xff": b"\xff", "0xf8, of five": b"\xf8\x88\x80\x80\x80", "0xfc, of six": b"\xfc\x84\x80\x80\x80\x80",
    "overlong slash in two": b"\xc0\xaf", "overlong slash in three": b"\xe0\x80\xaf", "overlong slash in four": b"\xf0\x80\x80\xaf",
    "overlong NUL": b"\xc0\x80", "overlong U+007F": b"\xc1\xbf", "overlong U+07FF": b"\xe0\x9f\xbf", "overlong U+FFFF": b"\xf0\x8f\xbf\xbf",
    "surrogate U+D800": b"\xed\xa0\x80", "surrogate U+DBFF": b"\xed\xaf\xbf", "surrogate U+DC00": b"\xed\xb0\x80",
    "surrogate U+DFFF": b"\xed\xbf\xbf", "a pair of surrogates": b"\xed\xa0\x80\xed\xb0\x80", "U+110000": b"\xf4\x90\x80\x80",
    "0xf5": b"\xf5\x80\x80\x80", "Latin 1": "Grüße".encode("latin1"), "UTF-16": "hello".encode("utf-16"),
}
UNFINISHED = {"two of three": b"\xe2\x82", "one of two": b"\xc3", "three of four": b"\xf0\x9f\x99"}


def utf8():
    for n, valid in enumerate(VALID):
        payload = valid.encode()
        yield Case(f"valid {n} {valid[:4].encode('unicode_escape').decode()}", [text(payload)], [(TEXT, payload)])
        single = [Frame(0, payload[at:at + 1]) for at in range(len(payload))]
        yield Case(f"valid {n} in frames of one byte", [text(b"", False)] + single + [more(b"")], [(TEXT, payload)])
    for name, broken in INVALID.items():
        for where, payload in (("alone", broken), ("in the middle", "Hello κόσμε ".encode() + broken + b" edited")):
            yield Case(f"{name}, {where}", [text("a"), text(payload), text("late")], [(TEXT, b"a")], BAD_DATA)
        yield Case(f"{name}, in frames of one byte", [text(b"", False)] + [Frame(0, broken[at:at + 1]) for at in range(len(broken))],
                   [], BAD_DATA)
        # The frame is never whole: what came of it is enough.
        yield Case(f"{name}, before the frame is whole", [text(b"Hello " + broken + b" and more")], [], BAD_DATA, cut=8)
        yield Case(f"{name}, byte by byte, before the frame is whole", [text(b"Hello " + broken + b" and more")], [], BAD_DATA, cut=8,
                   chop=1)
        yield Case(f"{name}, in the second frame, which is never whole", [text("κ", False), more(b"Hello " + broken + b" and more")],
                   [], BAD_DATA, cut=8)
    for name, payload in UNFINISHED.items():
        yield Case(f"ends inside a character, {name}", [text(b"Hello " + payload)], [], BAD_DATA)
        yield Case(f"ends inside a character, {name}, in two frames", [text(b"Hello", False), more(payload)], [], BAD_DATA)
    yield Case("a character in two frames", [text(b"\xe2\x82", False), more(b"\xac")], [(TEXT, "€".encode())])
    yield Case("a ping inside a character", [text(b"\xe2", False), ping(b"\xff"), more(b"\x82\xac")], [(PONG, b"\xff"), (TEXT, "€".encode())])
    yield Case("binary is not judged", [binary(b"\xff\xfe\xc0")], [(BINARY, b"\xff\xfe\xc0")])


# ---- closing --------------------------------------------------------------------------------------------------------------------------

GOOD_CODES = (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999)
BAD_CODES = (0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 12592, 59395, 65535)


def closing():
    answered = (CLOSE, b"\x03\xe8")
    yield Case("a Close behind a text", [text("Hello"), close(1000)], [(TEXT, b"Hello"), answered], -1)
    for name, late in (("a second Close", close(1000)), ("a ping", ping(b"late")), ("a text", text("late"))):
        yield Case(f"{name} behind a Close", [close(1000), late], [answered], -1)
    yield Case("a Close inside a message", [text("unfinished", False), close(1000), more("late")], [answered], -1)
    yield Case("256 KiB, then a Close, then a ping", [text("*" * 262144), close(1000), ping(b"late")],
               [(TEXT, b"*" * 262144), answered], -1)
    yield Case("a Close without a body", [close()], ["answers 1000 or nothing"], -1)
    yield Case("a Close of one byte", [Frame(CLOSE | FIN, b"\x03")], [], PROTOCOL)
    yield Case("a Close with a reason", [close(1000, "Grüße".encode())], ["answers 1000"], -1)
    yield Case("a Close with the longest reason", [close(1000, b"*" * 123)], ["answers 1000"], -1)
    yield Case("a Close with a reason that is too long", [close(1000, b"*" * 124)], [], PROTOCOL)
    yield Case("a Close without FIN", [Frame(CLOSE, b"\x03\xe8")], [], PROTOCOL)
    for name, broken in itertools.chain(INVALID.items(), UNFINISHED.items()):
        yield Case(f"a Close whose reason has {name}", [close(1000, b"why " + broken)], [], BAD_DATA)
    for code in GOOD_CODES:
        for reason in (b"", b"Reason"):
            yield Case(f"a Close with {code}{' and a reason' if reason else ''}", [close(code, reason)], [f"answers {code}"], -1)
    for code in BAD_CODES:
        for reason in (b"", b"Reason"):
            yield Case(f"a Close with {code}{' and a reason' if reason else ''}", [close(code, reason)], [], PROTOCOL)
    yield Case("a Close whose code is digits", [Frame(CLOSE | FIN, b"1000")], [], PROTOCOL)


# ---- permessage-deflate ---------------------------------------------------------------------------------------------------------------

class Squeezer:
    """Compresses the messages of one direction. RFC 7692 section 7.2.1."""

    def __init__(self, takeover=True, bits=15):
        self.takeover, self.bits, self.packer = takeover, bits, None

    def __call__(self, payload):
        if self.packer is None or not self.takeover:
            self.packer = zlib.compressobj(wbits=-self.bits)
        return (self.packer.compress(payload) + self.packer.flush(zlib.Z_SYNC_FLUSH))[:-4]


DEFLATE_OFFERS = {  # what is offered; what a server answers that accepts it; a window and takeover that suit both sides
    "permessage-deflate": ("permessage-deflate", 15, True),
    "permessage-deflate; client_max_window_bits": ("permessage-deflate", 15, True),
    "permessage-deflate; server_max_window_bits=15": ("permessage-deflate; server_max_window_bits=15", 15, True),
    "permessage-deflate; server_max_window_bits=9": ("permessage-deflate; server_max_window_bits=9", 9, True),
    "permessage-deflate; server_no_context_takeover": ("permessage-deflate; server_no_context_takeover", 15, False),
    "permessage-deflate; client_no_context_takeover": ("permessage-deflate; client_no_context_takeover", 15, False),
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=12; client_max_window_bits=12":
        ("permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=12", 12, False),
    "permessage-deflate; server_max_window_bits=8, permessage-deflate": ("permessage-deflate", 15, True),
    "permessage-deflate; unknown, permessage-deflate; server_max_window_bits=10": (
        "permessage-deflate; server_max_window_bits=10", 10, True),
}
DECLINED = ("permessage-deflate; server_max_window_bits", "permessage-deflate; server_max_window_bits=7",
            "permessage-deflate; server_no_context_takeover=1", "permessage-deflate; unknown", "x-webkit-deflate-frame",
            "permessage-deflate; server_max_window_bits=15; server_max_window_bits=15")


def squeezed(payload, squeeze, opcode=TEXT):
    return Frame(opcode | FIN | RSV1, squeeze(payload))


def deflate():
    sample = b"".join(b'{"id": %d, "name": "A compressible message", "tags": ["a", "b"]}' % n for n in range(4000))
    for offer, (answer, bits, takeover) in DEFLATE_OFFERS.items():
        squeeze = Squeezer(takeover, bits)
        sizes = (16, 64, 256, 1024, 4096, 8192, 16384, 65536, 131072)
        yield Case(offer, [squeezed(sample[:size], squeeze) for size in sizes], [(TEXT, sample[:size]) for size in sizes],
                   offer=offer, answer=answer)
    offer = answer = "permessage-deflate"
    squeeze = Squeezer()
    yield Case("compressed and plain by turns", [squeezed(b"one" * 9, squeeze), text("two"), squeezed(b"one" * 9, squeeze, BINARY)],
               [(TEXT, b"one" * 9), (TEXT, b"two"), (BINARY, b"one" * 9)], offer=offer, answer=answer)
    packed = Squeezer()(sample[:5000])
    parts = [packed[at:at + 100] for at in range(0, len(packed), 100)]
    frames = [Frame(TEXT | RSV1, parts[0])] + [Frame(0, part) for part in parts[1:]] + [more(b"")]
    yield Case("a compressed message in frames", frames, [(TEXT, sample[:5000])], offer=offer, answer=answer)
    yield Case("a compressed message in frames, with a ping", frames[:1] + [ping(b"p")] + frames[1:],
               [(PONG, b"p"), (TEXT, sample[:5000])], offer=offer, answer=answer)
    yield Case("RSV1 in a continuation", [frames[0], Frame(RSV1 | FIN, b"".join(parts[1:]))], [], PROTOCOL, offer=offer, answer=answer)
    yield Case("RSV1 in a ping", [Frame(PING | FIN | RSV1, b"p")], [], PROTOCOL, offer=offer, answer=answer)
    yield Case("RSV2 beside RSV1", [Frame(TEXT | FIN | RSV1 | RSV2, packed)], [], PROTOCOL, offer=offer, answer=answer)
    yield Case("no deflate data", [text("a"), Frame(TEXT | FIN | RSV1, b"\xff" * 6), text("late")], [(TEXT, b"a")], BAD_DATA, offer=offer,
               answer=answer)
    yield Case("a compressed text that is no UTF-8", [squeezed(b"Hello \xff", Squeezer())], [], BAD_DATA, offer=offer, answer=answer)
    yield Case("an empty message as zlib writes it", [Frame(TEXT | FIN | RSV1, b"\x00"), text("a")], [(TEXT, b""), (TEXT, b"a")],
               offer=offer, answer=answer)
    squeeze = Squeezer()
    before, after = squeezed(b"before" * 9, squeeze), squeezed(b"before" * 9, squeeze)
    yield Case("an empty message without a byte", [before, Frame(TEXT | FIN | RSV1, b""), after],
               [(TEXT, b"before" * 9), (TEXT, b""), (TEXT, b"before" * 9)], offer=offer, answer=answer)


AREAS = {"framing": framing, "pings": pings, "reserved bits": reserved_bits, "opcodes": opcodes, "fragments": fragments, "utf8": utf8,
         "closing": closing, "deflate": deflate}


def cases():
    return [(area, case) for area, make in AREAS.items() for case in make()]


# ---- one end of a session, by hand ---------------------------------------------------------------------------------------------------

def accept_key(key):
    return base64.b64encode(hashlib.sha1(key + GUID).digest())


class Reader:
    """Reads the frames of an endpoint, whose own rules it holds."""

    def __init__(self, connection, masked, inflates):
        self.connection, self.masked, self.data = connection, masked, b""
        self.packer = zlib.decompressobj(wbits=-15) if inflates else None

    def take(self, size):
        while len(self.data) < size:
            piece = self.connection.recv(65536)
            if not piece:
                return None
            self.data += piece
        taken, self.data = self.data[:size], self.data[size:]
        return taken

    def frame(self):
        """The next frame as opcode and content; null at the end of the stream."""
        head = self.take(2)
        if head is None:
            return None
        size = head[1] & 0x7F
        if size > 125:
            size = int.from_bytes(self.take(2 if size == 126 else 8), "big")
        if bool(head[1] & 0x80) != self.masked:
            raise ValueError("a frame is masked as the other side's must be")
        key = self.take(4) if self.masked else b"\0\0\0\0"
        payload = self.take(size)
        if payload is None:
            raise ValueError("the stream ends inside a frame")
        if self.masked:
            key = key * (size // 4 + 1)
            payload = (int.from_bytes(payload, "big") ^ int.from_bytes(key[:size], "big")).to_bytes(size, "big")
        opcode = head[0] & 15
        if opcode > 7 and (size > 125 or not head[0] & FIN):
            raise ValueError("an unlawful control frame")
        if not head[0] & FIN:
            raise ValueError("an echo in fragments")
        if head[0] & RSV1:
            if self.packer is None:
                raise ValueError("compressed without leave")
            payload = self.packer.decompress(payload + b"\0\0\xff\xff")
        if opcode == TEXT:
            payload.decode()
        return opcode, payload


def bytes_of(case, mask):
    return b"".join(encode(frame, mask) for frame in case.sends)


def pieces(data, case):
    data = data[:len(data) - case.cut]
    return [data[at:at + case.chop] for at in range(0, len(data), case.chop)] if case.chop else [data]


def shown(frame):
    return frame if isinstance(frame, str) else (frame[0], len(frame[1]), frame[1][:40])


def judge(case, reader, send):
    """Sends a case and returns what is wrong with the answer; empty: nothing."""
    for piece in pieces(bytes_of(case, None if reader.masked else b"\x12\x34\x56\x78"), case):
        send(piece)
    for expected in case.expects:
        came = reader.frame()
        wanted = expected
        if isinstance(expected, str):
            code = int(expected.split()[1])
            bodies = [struct.pack("!H", code)] + [b""] * expected.endswith("nothing")
            good = came is not None and came[0] == CLOSE and came[1][:2] in bodies
        else:
            good = came == expected
        if not good:
            return f"{shown(came) if came else 'the end'} came in place of {shown(wanted)}"
    if case.code == 0:
        send(encode(close(1000), None if reader.masked else b"\x12\x34\x56\x78"))
    if case.code >= 0:
        came = reader.frame()
        code = case.code or 1000
        if came is None or came[0] != CLOSE or came[1][:2] != struct.pack("!H", code):
            return f"{shown(came) if came else 'the end'} came in place of a Close {code}"
    if reader.masked:
        reader.connection.shutdown(socket.SHUT_WR)  # a server ends TCP first
    came = reader.frame()
    return f"{shown(came)} came behind the end" if came else ""
