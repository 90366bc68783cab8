#!/usr/bin/python3
"""Servers that mean harm: whydrop ends by itself, soon, in little memory, and with an exit code that fits."""
import threading
import time
import unittest

import harness

# Twice the largest message that is taken (64 MiB), and what the program itself needs.
PEAK_MIB = 150
SECONDS = 15

# ending: exit codes that fit, arguments
HOSTILE = {
    "endless-headers": ((5,), []),
    "huge-header": ((5,), []),
    "slow-drip": ((0,), ["--for", "500ms"]),
    "huge-frame": ((1,), []),
    "length-overflow": ((1,), []),
    "empty-fragments": ((0, 7), []),
    "inflate-bomb": ((1,), []),
    "endless-pings": ((0, 7), []),
    "deep-json": ((0, 7), []),
}


class Hostile(harness.Test):
    def judge(self, exits, *arguments):
        began = time.monotonic()
        code, peak = self.peak_mib(*arguments)
        self.assertLess(time.monotonic() - began, SECONDS)
        with open(self.path("err"), encoding="utf-8") as err:
            self.assertIn(code, exits, err.read())
        if not harness.SANITIZED:
            self.assertLess(peak, PEAK_MIB)

    def test_every_hostile_ending(self):
        for ending, (exits, more) in HOSTILE.items():
            for secure in ([], ["--tls"]):
                with self.subTest(ending=ending, secure=secure):
                    url = self.rehearse("--ending", ending, *secure)
                    capture = self.path(f"{ending}{len(secure)}.ndjson")
                    self.judge(exits, "connect", url, "-k", "--execute", "hello", "--for", "2s", *more,
                               "--capture", capture)
                    self.judge((0, 1), "inspect", capture, "--output", "summary")


class LargeMessages(harness.Test):
    def test_a_message_above_the_limit_is_refused_with_1009(self):
        def talk(connection):
            connection.sendall(harness.struct.pack("!BBQ", 0x81, 127, 200 << 20))
            block = b"x" * (1 << 20)
            for _ in range(200):
                connection.sendall(block)

        with harness.ByHand(talk) as server:
            _, peak = self.peak_mib("connect", server.url, "--for", "10s", "-q", "--max-message-size", "1M")
        with open(self.path("out"), encoding="utf-8") as out:
            self.assertIn("own-close-1009", out.read())
        if not harness.SANITIZED:
            self.assertLess(peak, 64)

    def test_a_server_that_never_reads(self):
        """What we have to say waits: a little in memory, the rest of standard input outside."""
        ended = threading.Event()
        with open(self.path("lines"), "w", encoding="ascii") as lines:
            for _ in range(300):  # in parts: a child's peak memory counts what its parent had
                lines.write(("x" * 199 + "\n") * 1000)
        with harness.ByHand(lambda _: ended.wait(harness.TIME_LIMIT_S)) as server, open(self.path("lines"), "rb") as lines:
            try:
                code, peak = self.peak_mib("connect", server.url, "--timeout", "1s", "-q", "--no-compression", stdin=lines)
            finally:
                ended.set()
        self.assertEqual(code, 8)
        if not harness.SANITIZED:
            self.assertLess(peak, 40)


if __name__ == "__main__":
    unittest.main()
