#!/usr/bin/python3
"""Reading a capture again: what the live run said, and a file that still grows."""
import pathlib
import re
import signal
import subprocess
import unittest

import harness

ENDINGS = ("close", "close-empty", "close-1005", "fin", "reset", "fin-mid-frame", "masked-frame", "bad-utf8", "oversize-ping",
           "broken-continuation", "compressed-garbage", "upgrade-cut-fin", "upgrade-cut-reset", "refused", "html", "redirect",
           "wrong-accept", "not-http", "data-after-close")
TLS_ENDINGS = ("tls-close-notify", "tls-truncated", "close", "reset")


def shown(done):
    """What is comparable: a connection's times of day are not."""
    return re.sub(r"\d\d:\d\d:\d\d\.\d+", "<t>", done.out)


class SameAgain(harness.Test):
    def test_inspect_says_what_the_run_said(self):
        for ending, secure in [(ending, []) for ending in ENDINGS] + [(ending, ["--tls"]) for ending in TLS_ENDINGS]:
            url = self.rehearse("--ending", ending, "--after", "2", *secure)
            for output in ("log", "messages", "summary"):
                with self.subTest(ending=ending, output=output, secure=secure):
                    capture = self.path(f"{ending}-{output}{len(secure)}.ndjson")
                    live = self.whydrop("connect", url, "-k", "--execute", "one", "--execute", '{"two":2}', "--for", "5s",
                                        "--output", output, "--capture", capture)
                    again = self.whydrop("inspect", capture, "--output", output)
                    self.assertEqual(shown(again), shown(live))
                    self.assertEqual(again.err, live.err)
                    self.assertEqual(again.exit, 1 if live.exit in (1, 4, 5, 6) else again.exit)


class Follow(harness.Test):
    def await_open(self):
        file = pathlib.Path(self.path("run.ndjson"))
        harness.await_until(lambda: file.exists() and b'"response"' in file.read_bytes(), "the session opens")

    def test_a_file_that_grows(self):
        live = self.start("connect", self.rehearse(), "--no-compression", "--capture", self.path("run.ndjson"), "-q",
                          stdin=subprocess.PIPE)
        self.await_open()
        follow = self.start("inspect", "-f", self.path("run.ndjson"))
        out = self.await_line(follow, b"101 Switching Protocols")
        for word in (b"first", b"second"):
            live.stdin.write(word + b"\n")
            live.stdin.flush()
            out += self.await_line(follow, "← text".encode())
            self.assertIn(word, out)
        self.assertEqual(self.finish(live).exit, 0)
        out += self.await_line(follow, b"ended")
        follow.send_signal(signal.SIGINT)
        done = self.finish(follow, out=out)
        self.assertEqual((done.exit, done.err), (130, ""))
        self.assertIn("▌ Your side closed the session with 1000", done.out)

    def test_interrupted_while_the_session_is_open(self):
        self.start("connect", self.rehearse(), "--capture", self.path("run.ndjson"), "-q", stdin=subprocess.PIPE)
        self.await_open()
        follow = self.start("inspect", "-f", self.path("run.ndjson"))
        out = self.await_line(follow, b"101 Switching Protocols")
        follow.send_signal(signal.SIGINT)
        done = self.finish(follow, out=out)
        self.assertEqual((done.exit, done.err), (130, ""))
        self.assertIn("capture_ended", done.out)


if __name__ == "__main__":
    unittest.main()
