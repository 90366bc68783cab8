#!/usr/bin/python3
"""Writes the hand-made seeds of the wire, head and session targets into fixtures/corpus.

The first byte of each seed chooses how the target cuts it into pieces (see the targets)."""

import gzip
import pathlib
import struct
import zlib

CORPUS = pathlib.Path(__file__).resolve().parents[2] / "fixtures" / "corpus"
KEY = bytes.fromhex("37fa213d")


def frame(opcode, payload=b"", fin=True, rsv=0, key=None, form=None, length=None):
    length = len(payload) if length is None else length
    form = form or (7 if length < 126 else 16 if length < 65536 else 64)
    mask_bit = 128 if key else 0
    head = bytes([(128 if fin else 0) | rsv << 4 | opcode])
    if form == 7:
        head += bytes([mask_bit | length])
    else:
        head += bytes([mask_bit | (126 if form == 16 else 127)]) + struct.pack(">H" if form == 16 else ">Q", length)
    if key:
        payload = bytes(b ^ key[i % 4] for i, b in enumerate(payload))
    return head + (key or b"") + payload


def deflate(*messages, bits=15, takeover=True):
    out = []
    for i, message in enumerate(messages):
        if i == 0 or not takeover:
            compressor = zlib.compressobj(9, zlib.DEFLATED, -bits)
        out.append((compressor.compress(message) + compressor.flush(zlib.Z_SYNC_FLUSH))[:-4])
    return b"".join(out)


def final_block(message):
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    return compressor.compress(message) + compressor.flush(zlib.Z_FINISH) + b"\0"


FRAMES = {
    "text": frame(1, b"hi"),
    "masked": frame(1, b'{"type":"connect"}', key=KEY),
    "masked_zero_key": frame(2, b"abc", key=b"\0\0\0\0"),
    "empty": frame(1),
    "empty_masked": frame(1, key=KEY),
    "binary_125": frame(2, bytes(125)),
    "text_126": frame(1, b"a" * 126),
    "form_16_short": frame(1, b"hi", form=16),
    "form_64_short": frame(1, b"hi", form=64),
    "form_64_masked": frame(1, b"hi", form=64, key=KEY),
    "fragments": frame(1, b"one", fin=False) + frame(9, b"p") + frame(0, b"two", fin=False) + frame(0, b"three"),
    "all_opcodes": b"".join(frame(i, bytes([i])) for i in range(16)),
    "all_rsv": b"".join(frame(1, b"r", rsv=i) for i in range(8)),
    "close_empty": frame(8),
    "close_one_byte": frame(8, b"\x03"),
    "close_1000": frame(8, struct.pack(">H", 1000) + b"bye"),
    "data_after_close": frame(8, struct.pack(">H", 1008)) + frame(1, b"late"),
    "ping_oversize": frame(9, b"x" * 126),
    "ping_fragment": frame(9, b"x", fin=False),
    "cut_payload": frame(1, b"hello")[:-2],
    "cut_header": frame(1, b"a" * 300)[:3],
    "promise_max": frame(2, b"abc", length=2**63 - 1),
    "lost_at_2_63": frame(1, b"hi") + frame(2, b"abc", length=2**63) + frame(1, b"never seen"),
    "lost_masked": frame(2, b"abc", length=2**64 - 1, key=KEY),
    "rsv1_deflate": frame(1, deflate(b"hello hello hello"), rsv=4),
    "http_answer": b"HTTP/1.1 400 Bad Request\r\n\r\n",
}

MESSAGES = {
    "hello": deflate(b"Hello"),
    "hello_twice_takeover": deflate(b"Hello, Hello", b"Hello, Hello"),
    "hello_twice_no_takeover": deflate(b"Hello, Hello", b"Hello, Hello", takeover=False),
    "rfc_stored": bytes.fromhex("000500faff48656c6c6f00"),
    "rfc_final": bytes.fromhex("f348cdc9c9070000"),
    "rfc_two_blocks": bytes.fromhex("f248050000 00ffffcac9c90700".replace(" ", "")),
    "final_then_more": final_block(b"one") + deflate(b"two"),
    "empty": b"\0",
    "zeros_64k": deflate(bytes(65536)),
    "bomb_4m": deflate(bytes(4 << 20)),
    "window_9": deflate(bytes(range(256)) * 8, bits=9),
    "truncated": deflate(b"a longer text that is cut in the middle of it")[:-9],
    "bad_block_type": b"\xff\xff",
    "bad_distance": bytes.fromhex("4b04 82 00".replace(" ", "")),
    "dynamic": deflate(b"".join(b'{"seq":%d,"kind":"frame"}' % i for i in range(200))),
    "not_deflate": b'{"type":"connect"}',
    "final_blocks": b"\x03\x00" * 50,
}


REQUEST = b"GET /chat?x=1 HTTP/1.1\r\nHost: example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" \
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
ANSWER = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" \
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"

# The first byte, bit 0, says whether it is read as a request.
HEADS = {
    "answer": b"\x00" + ANSWER + b"\x81\x02hi",
    "request": b"\x07" + REQUEST,
    "request_as_answer": b"\x08" + REQUEST,
    "deflate": b"\x04" + ANSWER[:-2] + b'Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits="10"\r\n\r\n',
    "deflate_broken": b"\x04" + ANSWER[:-2] + b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=\r\n\r\n",
    "lf_only": b"\x02" + ANSWER.replace(b"\r", b""),
    "folded": b"\x06HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\td\r\n\r\n",
    "no_colon": b"\x00HTTP/1.1 200 OK\r\nabc\r\n: d\r\nE : f\r\n\r\n",
    "html": b"\x0aHTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>",
    "not_http": b"\x02SSH-2.0-OpenSSH_9.2\r\n",
    "tls_hello": b"\x03\x16\x03\x01\x02\x00\x01\x00",
    "cut": b"\x04" + ANSWER[:50],
    "small_limit": b"\xe6" + ANSWER,
    "many_fields": b"\x1eHTTP/1.1 200 OK\r\n" + b"A:b\r\n" * 1100,
}


def said(side, data):
    """One side's bytes as chunks of the session_tracker target."""
    chunks = [data[at:at + 128] for at in range(0, len(data), 128)]
    return b"".join(bytes([(128 if side == "client" else 0) | len(chunk) - 1]) + chunk for chunk in chunks)


CLOSE = struct.pack(">H", 1000)
HELLO = deflate(b"Hello, Hello", b"Hello, Hello")
FIRST = deflate(b"Hello, Hello")

# The first byte, bits 0 and 1, chooses the agreement on compression.
SESSIONS = {
    "plain": b"\x04" + said("client", frame(1, b"hi", key=KEY) + frame(8, CLOSE, key=KEY))
    + said("server", frame(1, b"hi") + frame(9) + frame(8, CLOSE)),
    "fragments": b"\x08" + said("server", frame(1, b"a\xe2", fin=False) + frame(9, b"p") + frame(0, b"\x82", fin=False)
                                + frame(0, b"\xac")),
    "fragments_broken": b"\x08" + said("server", frame(0, b"a") + frame(1, b"b", fin=False) + frame(2, b"c")),
    "takeover": b"\x05" + said("server", frame(1, FIRST, rsv=4) + frame(1, HELLO[len(FIRST):], rsv=4)),
    "takeover_both": b"\x19" + said("client", frame(1, FIRST, rsv=4, key=KEY) + frame(1, HELLO[len(FIRST):], rsv=4, key=KEY))
    + said("server", frame(1, FIRST, rsv=4)),
    "no_takeover": b"\x06" + said("server", frame(1, FIRST, rsv=4) * 2),
    "deflate_fragments": b"\x09" + said("server", frame(1, FIRST[:4], rsv=4, fin=False) + frame(10) + frame(0, FIRST[4:])),
    "deflate_interrupted": b"\x09" + said("server", frame(1, FIRST[:4], rsv=4, fin=False) + frame(1, FIRST, rsv=4)),
    "deflate_garbage": b"\x06" + said("server", frame(1, b"\xff\xff", rsv=4) + frame(1, FIRST, rsv=4)),
    "deflate_bomb": b"\x0d" + said("server", frame(1, deflate(bytes(200000)), rsv=4) + frame(1, FIRST, rsv=4)),
    "deflate_cut": b"\x09" + said("server", frame(2, deflate(bytes(range(256)) * 8, bits=9) * 5, rsv=4)),
    "rsv_unagreed": b"\x00" + said("server", frame(1, FIRST, rsv=4) + frame(1, b"x", rsv=3)),
    "all_opcodes": b"\x3c" + said("server", b"".join(frame(i, bytes([i])) for i in range(16))),
    "closes": b"\x00" + said("server", frame(8, b"\x03") + frame(8) + frame(8, struct.pack(">H", 1006) + b"\xff")
                             + frame(1, b"late")),
    "masks_swapped": b"\x00" + said("client", frame(1, b"hi")) + said("server", frame(1, b"hi", key=KEY)),
    "large": b"\x04" + said("server", frame(1, b"a" * 900, fin=False) + frame(0, b"b" * 900) * 1 + frame(1, b"c" * 3000)),
    "many_breaks": b"\x00" + said("server", frame(3) * 20),
    "bad_utf8": b"\x10" + said("server", frame(1, b"\xc0\xaf") + frame(1, b"\xed\xa0\x80") + frame(1, b"\xf4")),
}

BODY = b'{"error":"x","message":"the token has expired"}'
CHUNKS = b"5\r\n" + BODY[:5] + b"\r\n%x;a=b\r\n" % len(BODY[5:]) + BODY[5:] + b"\r\n0\r\nT: t\r\n\r\n"
ZIPPED = gzip.compress(BODY, mtime=0)
BROTLI = bytes.fromhex("0b06807b226572726f72223a2278227d03")  # {"error":"x"}

# The first byte, bits 0 and 1, chooses the transfer coding, bits 2 to 4 the content coding.
BODIES = {
    "plain": b"\x00" + BODY,
    "chunked": b"\x01" + CHUNKS,
    "chunked_small": b"\x21" + CHUNKS,
    "chunked_gzip": b"\x05%x\r\n" % len(ZIPPED) + ZIPPED + b"\r\n0\r\n\r\n",
    "gzip": b"\x04" + ZIPPED * 2,
    "gzip_cut": b"\x04" + ZIPPED[:-12],
    "gzip_bomb": b"\x04" + gzip.compress(bytes(1 << 20), mtime=0),
    "deflate": b"\x08" + zlib.compress(BODY),
    "deflate_bare": b"\x08" + zlib.compress(BODY)[2:-4],
    "brotli": b"\x0c" + BROTLI,
    "gzip_brotli": b"\x14" + BROTLI,
    "not_chunked": b"\x01" + BODY,
}


def write(target, seeds, first_bytes):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    for i, (name, seed) in enumerate(sorted(seeds.items())):
        first = bytes([first_bytes[i % len(first_bytes)]]) if first_bytes else b""
        (folder / name).write_bytes(first + seed)


write("frame_decoder", FRAMES, [0x00, 0x02, 0x06, 0x70, 0x13])
write("inflate", MESSAGES, [0x80, 0xF3, 0x00, 0x95])
write("head_parser", HEADS, None)
write("session_tracker", SESSIONS, None)
write("body", BODIES, None)
