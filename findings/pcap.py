"""Writes a capture of one TCP connection without a network, for the findings: Capture(path), then client(bytes) and server(bytes)."""
import struct


class Capture:
    """One connection of 10.0.0.1:40000 to 10.0.0.2:80 in the classic format, raw IPv4, a segment a packet and 10 ms apart."""

    def __init__(self, path, port=80):
        self.file = open(path, "wb")
        self.ports = 40000, port
        self.next = [1000, 2000]
        self.count = 0
        self.file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))
        self.segment(0, 0x02)
        self.segment(1, 0x12)
        self.segment(0, 0x10)

    def segment(self, side, flags, data=b""):
        tcp = struct.pack("!HHIIBBHHH", self.ports[side], self.ports[1 - side], self.next[side],
                          self.next[1 - side] if flags & 0x10 else 0, 0x50, flags, 65535, 0, 0) + data
        ends = bytes((10, 0, 0, 1)), bytes((10, 0, 0, 2))
        packet = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), self.count, 0, 64, 6, 0) + ends[side] + ends[1 - side] + tcp
        self.file.write(struct.pack("<IIII", 1700000000, self.count * 10000, len(packet), len(packet)) + packet)
        self.next[side] += len(data) + bool(flags & 3)
        self.count += 1
        self.file.flush()

    def client(self, data):
        self.segment(0, 0x18, data)

    def server(self, data):
        self.segment(1, 0x18, data)
