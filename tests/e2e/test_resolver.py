#!/usr/bin/python3
"""A name server that never answers: time-outs and Ctrl-C end whydrop all the same, and at once.

Runs itself again in namespaces of its own, with a resolv.conf of its own; 77 where the system does not allow it.
"""
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

INSIDE = ["unshare", "--map-root-user", "--net", "--mount", "sh", "-c",
          'ip link set lo up && mount --bind "$1" /etc/resolv.conf && shift && exec "$@"', "sh"]
URL = "ws://slow.example/"


def isolate():
    if os.environ.get("WHYDROP_ISOLATED"):
        return
    with tempfile.NamedTemporaryFile("w", suffix="-resolv.conf") as file:
        file.write("nameserver 127.0.0.1\n")
        file.flush()
        if subprocess.run(INSIDE + [file.name, "true"], capture_output=True, check=False).returncode != 0:
            print("skipped: this system allows no namespaces")
            sys.exit(77)
        sys.exit(subprocess.run(INSIDE + [file.name, "/usr/bin/python3", *sys.argv],
                                env={**os.environ, "WHYDROP_ISOLATED": "1"}, check=False).returncode)


isolate()
import harness  # pylint: disable=wrong-import-position


class RefusedNameServers(harness.Test):
    def test_nobody_listens_there(self):
        # resolv.conf is bound, so that it can be written in place.
        with open("/etc/resolv.conf", "w", encoding="utf-8") as file:
            file.write("nameserver 127.0.0.1\nnameserver 127.0.0.2\n")
        self.addCleanup(lambda: pathlib.Path("/etc/resolv.conf").write_text("nameserver 127.0.0.1\n", encoding="utf-8"))
        began = time.monotonic()
        done = self.finish(self.start("send", URL, "hello"))
        self.assertEqual(done.exit, 4, done.err)
        self.assertIn("no name server could be reached", done.out)
        self.assertLess(time.monotonic() - began, 1.0)


class SilentNameServer(harness.Test):
    # What the end may take after the time-out or the signal.
    LATE_S = 1.0 if harness.SANITIZED else 0.1

    def setUp(self):
        super().setUp()
        self.server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.server.bind(("127.0.0.1", 53))
        self.server.settimeout(harness.TIME_LIMIT_S)
        self.addCleanup(self.server.close)

    def ends(self, process, since, code):
        done = self.finish(process)
        late = time.monotonic() - since
        self.assertEqual(done.exit, code, done.err)
        self.assertIn("resolve_failed" if code == 4 else "interrupted", done.out)
        self.assertLess(late, self.LATE_S)
        self.assertGreater(late, -0.05)

    def test_the_connect_timeout(self):
        began = time.monotonic()
        process = self.start("connect", URL, "--connect-timeout", "400ms")
        self.server.recv(512)
        self.ends(process, began + 0.4, 4)

    def test_the_timeout(self):
        began = time.monotonic()
        process = self.start("send", URL, "hello", "--timeout", "400ms")
        self.server.recv(512)
        self.ends(process, began + 0.4, 8)

    def test_interrupted(self):
        for name, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            process = self.start("connect", URL)
            self.server.recv(512)
            process.send_signal(name)
            self.ends(process, time.monotonic(), code)
            self.drain()

    def drain(self):
        self.server.setblocking(False)
        try:
            while self.server.recv(512):
                pass
        except BlockingIOError:
            self.server.settimeout(harness.TIME_LIMIT_S)


if __name__ == "__main__":
    unittest.main()
