#!/usr/bin/python3
"""Standard streams and captures that end early, are full, or hold what is not text."""
import os
import resource
import select
import signal
import threading
import unittest

import harness

FULL = "No space left on device"
CLEAN = "You closed the session normally (1000) and the server confirmed it."


class FullDisk(harness.Test):
    def test_a_capture_that_cannot_be_written_is_reported_once_and_the_session_goes_on(self):
        done = self.whydrop("send", self.rehearse(), "one", "two", "--wait", "100ms", "--output", "messages",
                            "--capture", "/dev/full", "--overwrite")
        self.assertEqual(done.err.count("/dev/full"), 1, done.err)
        self.assertIn(f"whydrop: error: cannot write capture /dev/full: {FULL}\n", done.err)
        self.assertEqual(done.out, "one\ntwo\n")
        self.assertIn(CLEAN, done.err.replace("\n▌ ", " "))
        self.assertEqual(done.exit, 3)

    def test_a_capture_that_is_full_in_a_flood_is_reported_once_and_the_session_goes_on(self):
        """A flood's capture is written by a thread of its own."""
        most = 1_000_000

        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

        def talk(connection):
            block = b"".join(harness.text(f"{n:0200d}") for n in range(500))
            for _ in range(50):
                connection.sendall(block)
            connection.sendall(harness.text("the last"))

        with harness.ByHand(talk) as server:
            process = self.start("connect", server.url, "--no-compression", "--output", "messages",
                                 "--capture", self.path("run.ndjson"), preexec_fn=limit)
            done = self.finish(process)
        self.assertEqual(done.err.count("cannot write"), 1, done.err)
        self.assertIn(f"cannot write capture {self.path('run.ndjson')}: File too large\n", done.err)
        self.assertTrue(done.out.endswith("the last\n"))
        self.assertEqual(len(done.out.splitlines()), 25_001)
        self.assertEqual(done.exit, 3)
        self.assertEqual(os.path.getsize(self.path("run.ndjson")), most)

    def test_a_full_standard_output_is_reported_once_and_the_capture_is_whole(self):
        with open("/dev/full", "wb") as full:
            done = self.whydrop("send", self.rehearse(), "one", "--no-compression", "--capture", self.path("run.ndjson"),
                                stdout=full)
        self.assertEqual(done.err, f"whydrop: error: cannot write standard output: {FULL}\n")
        self.assertEqual(done.exit, 3)
        self.assertEqual(self.ending_of("run.ndjson"), ["fin"])

    def test_a_full_standard_output_of_inspect(self):
        self.whydrop("send", self.rehearse(), "one", "--capture", self.path("run.ndjson"))
        with open("/dev/full", "wb") as full:
            done = self.whydrop("inspect", self.path("run.ndjson"), stdout=full)
        self.assertEqual((done.exit, done.err), (3, f"whydrop: error: cannot write standard output: {FULL}\n"))

    def test_a_full_standard_output_of_the_help(self):
        for arguments in (["--help"], ["connect", "--help"], ["explain"], ["explain", "1006"], ["--version"]):
            with self.subTest(arguments=arguments), open("/dev/full", "wb") as full:
                done = self.whydrop(*arguments, stdout=full)
                self.assertEqual((done.exit, done.err), (3, f"whydrop: error: cannot write standard output: {FULL}\n"))


class SlowDisk(harness.Test):
    def test_a_capture_that_is_taken_slowly_holds_all_and_the_session_ends_as_it_does(self):
        """Nobody reads the capture, a pipe, until the server can send no more; then a page at a time."""
        texts = [f"{n:0250d}" for n in range(60_000)]
        stuck = threading.Event()

        def talk(connection):
            left = memoryview(b"".join(map(harness.text, texts)))
            connection.setblocking(False)
            while left:
                try:
                    left = left[connection.send(left):]
                except BlockingIOError:
                    stuck.set()
                    select.select([], [connection], [])
            connection.setblocking(True)
            harness.ByHand.end(connection)

        os.mkfifo(self.path("slow"))
        slow = os.open(self.path("slow"), os.O_RDONLY | os.O_NONBLOCK)
        os.set_blocking(slow, True)
        lines = bytearray()

        def take():
            stuck.wait()
            while page := os.read(slow, 4096):
                lines.extend(page)

        with harness.ByHand(talk) as server:
            process = self.start("connect", server.url, "--no-compression", "--output", "summary", "--for", "60s",
                                 "--capture", self.path("slow"), "--overwrite")
            taking = threading.Thread(target=take)
            taking.start()
            done = self.finish(process)
        taking.join()
        os.close(slow)
        events = [harness.json.loads(line) for line in lines.splitlines()]
        self.assertEqual([event["text"] for event in events if event.get("opcode") == 1], texts)
        self.assertEqual([event["how"] for event in events if event.get("kind") == "ending"], ["fin"])
        self.assertIn("The server closed with 1000 (normal closure)", done.out)
        self.assertEqual(done.exit, 7, done.err)


class ReaderGone(harness.Test):
    def head_1(self, *arguments):
        """The first line and the exit code, where the reader goes after it."""
        process = self.start(*arguments)
        line = process.stdout.readline()
        process.stdout.close()
        err = process.stderr.read()
        return line, process.wait(harness.TIME_LIMIT_S), err

    def test_connect_ends_quietly(self):
        def talk(connection):
            while True:
                connection.sendall(harness.text("x" * 1000))

        with harness.ByHand(talk) as server:
            line, code, err = self.head_1("connect", server.url, "--for", "60s", "--output", "messages")
        self.assertEqual(line, b"x" * 1000 + b"\n")
        self.assertNotIn(b"error:", err)
        self.assertEqual(code, 0)

    def test_a_server_goes_on(self):
        server = self.start("rehearse", "--ending", "fin", "--after", "1", "--once", "--port", "0")
        url = server.stdout.readline().decode().split()[-1]
        server.stdout.close()
        done = self.whydrop("send", url, "one", "--capture", self.path("run.ndjson"))
        self.assertEqual(self.ending_of("run.ndjson"), ["fin"], done.out)
        self.assertEqual((server.stderr.read(), server.wait(harness.TIME_LIMIT_S)), (b"", 0))

    def test_inspect_ends_quietly(self):
        lines = "".join(f"line {n}\n" for n in range(20_000)).encode()
        self.whydrop("connect", self.rehearse(), "-q", "--capture", self.path("run.ndjson"), stdin=lines)
        for output in ("log", "messages", "ndjson"):
            with self.subTest(output=output):
                line, code, err = self.head_1("inspect", self.path("run.ndjson"), "--output", output)
                self.assertTrue(line.endswith(b"\n"))
                self.assertEqual((code, err), (0, b""))

    def test_follow_ends_quietly(self):
        self.whydrop("send", self.rehearse(), "one", "--capture", self.path("run.ndjson"))
        line, code, err = self.head_1("inspect", "-f", self.path("run.ndjson"))
        self.assertIn(b"open", line)
        self.assertEqual((code, err), (0, b""))

    def test_closed_from_the_start(self):
        done = self.whydrop("send", self.rehearse(), "one", "--capture", self.path("run.ndjson"), "--timeout", "20s",
                            preexec_fn=lambda: os.close(1), stdout=None)
        self.assertIn("whydrop: error: cannot write standard output: Bad file descriptor\n", done.err)
        self.assertEqual(done.exit, 3)
        self.assertEqual(self.ending_of("run.ndjson"), ["fin"])


class NotText(harness.Test):
    def test_an_argument_that_is_not_utf8(self):
        done = self.whydrop("send", "ws://127.0.0.1:9/", b"caf\xe9")
        self.assertEqual((done.exit, done.out), (2, ""))
        self.assertEqual(done.err, "whydrop: error: argument 3: not valid UTF-8\nhint: send bytes with @file and --binary\n")

    def test_a_file_that_is_not_utf8(self):
        with open(self.path("latin1"), "wb") as file:
            file.write(b"caf\xe9")
        done = self.whydrop("send", "ws://127.0.0.1:9/", "@latin1")
        self.assertEqual((done.exit, done.out), (3, ""))
        self.assertEqual(done.err, "whydrop: error: cannot send @latin1 as text: it is not valid UTF-8\nhint: --binary\n")

    def test_a_line_of_input_that_is_not_utf8(self):
        done = self.whydrop("connect", self.rehearse(), "--output", "messages", stdin=b"one\ncaf\xe9\nthree\n")
        self.assertEqual((done.exit, done.out), (3, "one\n"))
        self.assertIn("whydrop: error: standard input:2: ", done.err)

    def test_bytes_come_back_as_they_were_sent(self):
        content = bytes(range(256)) * 300
        with open(self.path("bytes"), "wb") as file:
            file.write(content)
        done = self.whydrop("send", self.rehearse(), "@bytes", "--binary", "-q", "--capture", self.path("run.ndjson"))
        self.assertEqual(done.exit, 0, done.err)
        inflated = [event for event in self.lines_of("run.ndjson") if event.get("kind") == "inflated"]
        self.assertEqual([harness.base64.b64decode(event["base64"]) for event in inflated], [content, content])


class ManyLines(harness.Test):
    def test_a_thousand_lines_and_the_end_of_input(self):
        lines = [f'{{"n":{n}}}' for n in range(1000)]
        for peer, arguments in (("rehearse", []), ("websockets", ["none"]), ("node", ["none"])):
            with self.subTest(peer=peer):
                url = self.stage.start({peer: arguments})["url"]
                done = self.whydrop("connect", url, "--output", "messages", stdin="\n".join(lines).encode())
                self.assertEqual(done.out.splitlines(), lines)
                self.assertIn(CLEAN, done.err.replace("\n▌ ", " "))
                self.assertEqual(done.exit, 0)


class AHundredRuns(harness.Test):
    def test_all_lines_of_all_runs_arrive_and_are_answered(self):
        lines = "".join(f"line {n}\n" for n in range(1000)).encode()
        url = self.stage.start({"node": ["count"]})["url"]
        server = self.stage.processes[-1].stdout
        for _ in range(100):
            done = self.whydrop("connect", url, "--output", "messages", stdin=lines)
            self.assertEqual((done.exit, done.out.encode()), (0, lines))
            self.assertEqual(server.readline(), b"1000 messages, closed 1000\n")


if __name__ == "__main__":
    unittest.main()
