#!/usr/bin/python3
"""What is left when whydrop is killed, interrupted or terminated."""
import pathlib
import signal
import subprocess
import threading
import time
import unittest

import harness

READ_BUFFER = 256 * 1024


def numbered(n):
    return f'{{"n":{n:07d},"fill":"{"x" * 180}"}}'


class Killed(harness.Test):
    def flood_and_kill(self, total, capture):
        """Kills whydrop in mid-flood; returns how many bytes of frames it had read."""
        seen = {}

        def talk(connection):
            n = sent = 0
            while sent < total:
                block = b"".join(harness.text(numbered(n + i)) for i in range(400))
                connection.sendall(block)
                n, sent = n + 400, sent + len(block)
            harness.stopped(process)
            port = connection.getpeername()[1]
            seen["read"] = sent - harness.unsent(connection) - harness.unread(port)
            process.kill()

        with harness.ByHand(talk) as server:
            process = self.start("connect", server.url, "-q", "--for", "60s", "--no-compression",
                                 "--capture", capture)
            self.finish(process)
        self.assertEqual(process.returncode, -signal.SIGKILL)
        return seen["read"]

    @staticmethod
    def whole_lines(capture):
        content = pathlib.Path(capture).read_bytes()
        return content[:content.rfind(b"\n") + 1].splitlines()

    def test_a_kill_in_a_flood_loses_at_most_one_read_buffer(self):
        for total in (10_000_000, 20_000_000):
            with self.subTest(total=total):
                capture = self.path(f"{total}.ndjson")
                read = self.flood_and_kill(total, capture)
                events = [harness.json.loads(line) for line in self.whole_lines(capture)][1:]
                self.assertEqual([event["seq"] for event in events], list(range(1, len(events) + 1)))
                frames = [event for event in events if event["kind"] == "frame"]
                self.assertEqual([frame["text"] for frame in frames], [numbered(n) for n in range(len(frames))])
                kept = len(frames) * len(harness.text(numbered(0)))
                self.assertLessEqual(read - kept, READ_BUFFER + len(harness.text(numbered(0))))
                again = self.whydrop("inspect", capture, "--output", "summary")
                self.assertIn("▌ The record ends while the session is open", again.out)
                self.assertEqual(again.exit, 0, again.err)

    def test_interrupted_twice_it_ends_at_once(self):
        for name, code in (("SIGINT", 130), ("SIGTERM", 143)):
            with self.subTest(signal=name):
                url = self.rehearse("--ending", "no-close-reply")
                process = self.start("connect", url, "--execute", "hello", "--for", "60s", "--no-compression",
                                     "--capture", self.path(name))
                out = self.await_line(process, "← text".encode())
                process.send_signal(signal.Signals[name])
                out += self.await_line(process, "→ close".encode())
                began = time.monotonic()
                process.send_signal(signal.Signals[name])
                done = self.finish(process, out=out)
                self.assertLess(time.monotonic() - began, 1)
                self.assertEqual(done.exit, code)
                self.assertIn("▌", done.out)
                self.assertEqual(self.ending_of(name), ["interrupted"])

    def test_interrupted_while_it_waits_to_connect_again(self):
        unused = self.stage.start({"unused_port": []})["url"]
        process = self.start("connect", unused, "--reconnect", "9", "--output", "summary")
        self.assertTrue(process.stderr.readline().startswith(b"whydrop: connecting again in"))
        process.send_signal(signal.SIGINT)
        self.assertEqual(self.finish(process).exit, 130)

    def test_interrupted_while_input_is_read(self):
        process = self.start("connect", self.rehearse(), "--no-compression", "--capture", self.path("run.ndjson"),
                             stdin=subprocess.PIPE)
        process.stdin.write(b"hello\n")
        process.stdin.flush()
        out = self.await_line(process, "← text".encode())
        process.send_signal(signal.SIGINT)
        limit = threading.Timer(harness.TIME_LIMIT_S, process.kill)
        limit.start()
        out += process.stdout.read()  # its standard input is still open
        limit.cancel()
        self.assertEqual(process.wait(), 130)
        self.assertIn("You closed the session normally (1000)", out.decode())
        self.assertEqual(self.ending_of("run.ndjson"), ["fin"])


if __name__ == "__main__":
    unittest.main()
