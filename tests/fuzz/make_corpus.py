#!/usr/bin/python3
"""Writes the hand-made seeds of fixtures/corpus/frame_decoder and fixtures/corpus/inflate.

The first byte of each seed chooses how the target cuts it into pieces (see the targets)."""

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


def write(target, seeds, first_bytes):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    for i, (name, seed) in enumerate(sorted(seeds.items())):
        (folder / name).write_bytes(bytes([first_bytes[i % len(first_bytes)]]) + seed)


write("frame_decoder", FRAMES, [0x00, 0x02, 0x06, 0x70, 0x13])
write("inflate", MESSAGES, [0x80, 0xF3, 0x00, 0x95])
