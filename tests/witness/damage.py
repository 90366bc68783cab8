#!/usr/bin/python3
"""Makes of packets that were recorded those that a network, or a recorder, does not give at will.

    tests/witness/damage.py fixtures/packets

reads ws-close.pcap and ws-upgrade-cut-reset.pcap there and writes ws-*.pcap beside it: packets that are missing, cut, out of order, sent again and again
without an answer, and connections that were never made.
"""
import pathlib
import struct
import sys

SYN, ACK, SECOND = 0x02, 0x10, 1_000_000
HEADER = 14 + 20  # Ethernet and IPv4 without options


class Pcap:
    """A pcap file of microseconds, in this machine's order."""

    def __init__(self, path):
        data = path.read_bytes()
        self.head, self.packets, at = data[:24], [], 24
        while at < len(data):
            seconds, micros, kept, length = struct.unpack_from("<IIII", data, at)
            self.packets.append((seconds * SECOND + micros, data[at + 16:at + 16 + kept], length))
            at += 16 + kept

    def write(self, path, packets):
        path.write_bytes(self.head + b"".join(
            struct.pack("<IIII", t // SECOND, t % SECOND, len(kept), length) + kept for t, kept, length in packets))


def payload_of(packet):
    kept = packet[1]
    return kept[HEADER + (kept[HEADER + 12] >> 4) * 4:]


def icmp(packet):
    """The router's answer: host unreachable."""
    t, kept, _ = packet
    ip = kept[14:]
    error = struct.pack("!BBHI", 3, 1, 0, 0) + ip[:28]
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(error), 0, 0, 64, 1, 0, bytes([192, 0, 2, 1]), ip[12:16])
    whole = kept[:14] + head + error
    return t + 1000, whole, len(whole)


def main():
    folder = pathlib.Path(sys.argv[1])
    pcap = Pcap(folder / "ws-close.pcap")
    packets = pcap.packets
    syn = next(p for p in packets if p[1][HEADER + 13] & (SYN | ACK) == SYN)
    opened = next(n for n, p in enumerate(packets) if payload_of(p).startswith(b"HTTP/1.1 101"))
    frames = [n for n in range(opened + 1, len(packets)) if payload_of(packets[n])]
    again = [(syn[0] + (2**n - 1) * SECOND, *syn[1:]) for n in range(5)]
    first = packets[frames[0]]
    repeated = [(first[0] + (2**n) * SECOND // 5, *first[1:]) for n in range(8)]
    pcap.write(folder / "ws-syn-unanswered.pcap", again)
    pcap.write(folder / "ws-unreachable.pcap", [syn, icmp(syn)])
    pcap.write(folder / "ws-unacknowledged.pcap", packets[:frames[0] + 1] + repeated)
    pcap.write(folder / "ws-gap.pcap", [p for n, p in enumerate(packets) if n != frames[1]])
    pcap.write(folder / "ws-snapped.pcap", [(t, kept[:100], length) for t, kept, length in packets])
    swapped = list(packets)
    swapped[opened], swapped[opened - 1] = swapped[opened - 1], swapped[opened]
    pcap.write(folder / "ws-reordered.pcap", [(packets[n][0], *p[1:]) for n, p in enumerate(swapped)] + [packets[-1]])
    pcap.write(folder / "ws-late.pcap", packets[opened + 1:])
    reset = Pcap(folder / "ws-upgrade-cut-reset.pcap").packets
    pcap.write(folder / "ws-syn-ack-missing.pcap", [p for p in reset if p[1][HEADER + 13] & (SYN | ACK) != SYN | ACK])
    broken = bytearray((folder / "ws-close.pcap").read_bytes())
    at = 24 + sum(16 + len(kept) for _, kept, _ in packets[:-1])
    broken[at + 8:at + 12] = b"\xff" * 4
    (folder / "ws-damaged.pcap").write_bytes(broken)
    (folder / "ws-cut.pcap").write_bytes((folder / "ws-close.pcap").read_bytes()[:-70])


if __name__ == "__main__":
    main()
