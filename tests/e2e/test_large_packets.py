#!/usr/bin/python3
"""A path that loses large packets: two network namespaces, joined by a wire of our own (TUN) that carries only small ones.

Runs itself again in namespaces of its own; 77 where the system does not allow it.
"""
import fcntl
import json
import os
import pathlib
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import unittest

LARGEST = 1000
CLIENT, SERVER = "10.9.0.1", "10.9.0.2"
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000


def own_end(name, mine, peer):
    wire = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(wire, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI))
    for command in (["addr", "add", mine, "peer", peer, "dev", name], ["link", "set", name, "up"]):
        subprocess.run(["ip", *command], check=True)
    return wire


def carry(wire, other):
    """Packets between this end of the wire and the other; what is too large is lost without a word."""
    while True:
        ready = select.select([wire, other], [], [])[0]
        if wire in ready:
            packet = os.read(wire, 65536)
            if len(packet) <= LARGEST:
                other.send(packet)
        if other in ready:
            packet = other.recv(65536)
            if not packet:
                return
            os.write(wire, packet)


def lay(name, mine, peer, other):
    threading.Thread(target=carry, args=(own_end(name, mine, peer), other), daemon=True).start()


if len(sys.argv) > 2 and sys.argv[2] == "--far-end":
    lay("far", SERVER, CLIENT, socket.socket(fileno=int(sys.argv[3])))
    sys.exit(subprocess.run([sys.argv[1], "rehearse", "--host", SERVER, "--port", "9999"], check=False).returncode)
if not os.environ.get("WHYDROP_ISOLATED"):
    INSIDE = ["unshare", "--map-root-user", "--net"]
    PROBE = "ip tuntap add dev probe mode tun && unshare --net true"
    if subprocess.run(INSIDE + ["sh", "-c", PROBE], capture_output=True, check=False).returncode != 0:
        print("skipped: this system allows no network of its own")
        sys.exit(77)
    sys.exit(subprocess.run(INSIDE + ["/usr/bin/python3", *sys.argv], env={**os.environ, "WHYDROP_ISOLATED": "1"},
                            check=False).returncode)

import harness  # pylint: disable=wrong-import-position


class LargePackets(harness.Test):
    def setUp(self):
        super().setUp()
        near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        server = subprocess.Popen(
            ["unshare", "--net", "/usr/bin/python3", __file__, harness.WHYDROP, "--far-end", str(far.fileno())],
            pass_fds=[far.fileno()], stdout=subprocess.PIPE, start_new_session=True)
        far.close()
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.wait)
        self.addCleanup(os.killpg, server.pid, signal.SIGKILL)  # what it started as well
        lay("near", CLIENT, SERVER, near)
        self.url = server.stdout.readline().decode().split()[-1]

    def test_small_ones_pass_and_large_ones_do_not(self):
        capture = pathlib.Path(self.tmp, "run.ndjson")
        process = self.start("connect", self.url, "--no-compression", "--execute", "a" * 6000, "--ping-interval", "500ms",
                             "--ping-timeout", "2s", "--for", "30s", "--capture", str(capture))
        done = self.finish(process)
        ending = [json.loads(line) for line in capture.read_text(encoding="utf-8").splitlines()
                  if '"kind":"ending"' in line][0]
        self.assertEqual("ping_timeout", ending["how"], done.out)
        self.assertGreater(ending["sacked"], 0, ending)
        self.assertGreater(ending["unacked"], ending["sacked"], ending)
        self.assertIn("large packets do not get through", done.out.lower().replace("\n▌", ""))


if __name__ == "__main__":
    unittest.main()
