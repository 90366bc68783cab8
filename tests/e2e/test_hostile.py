#!/usr/bin/python3
"""Servers that mean harm: whydrop ends by itself, soon, in little memory, and with an exit code that fits."""
import contextlib
import gzip
import json
import pathlib
import socket
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


OK_HEAD = b"HTTP/1.1 200 OK\r\n"
GIVES = b'{"key": "k-Vq81mNs3"}'


def pumped(head, block):
    """An answer without an end: `block` again and again, until the client has had enough."""
    def serve(connection):
        connection.sendall(head)
        while True:
            connection.sendall(block)
    return serve


# answer: exit code, and what is said of it
ANSWERS = {
    "whole": (OK_HEAD + b"\r\n" + GIVES, 0, "kept in"),
    "endless body": (pumped(OK_HEAD + b"\r\n", b"a" * 65536), 4, "call-reply-incomplete"),
    "64 MiB": (OK_HEAD + b"Content-Length: 67108864\r\n\r\n" + b"a" * (64 << 20), 5, "The answer to get is 1 MiB or longer,"),
    "endless head": (pumped(OK_HEAD + b"X: ", b"a" * 65536), 5, "call-unanswered"),
    "endless fields": (pumped(OK_HEAD, b"X: a\r\n" * 1000), 5, "call-unanswered"),
    "endless 100s": (pumped(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100), 5, "call-unanswered"),
    "bad chunks": (OK_HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n", 5, "call-reply-incomplete"),
    "endless chunk": (OK_HEAD + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc", 5, "call-reply-incomplete"),
    "bomb": (OK_HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"a" * (64 << 20)), 5,
             "The answer to get is compressed (gzip), which was not asked for,"),
    "deep": (OK_HEAD + b"\r\n" + b"[" * 100_000, 5, "The answer to get is not JSON, so that key cannot be read from it."),
    "null": (OK_HEAD + b'\r\n{"key": null}', 5, "The answer to get has nothing at /key, which gives key."),
    "a long value": (OK_HEAD + b'\r\n{"key": "' + b"a" * 900_000 + b'"}', 0, "kept in"),
    "redirect": (b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n", 5, "call-redirected"),
    "two lengths": (OK_HEAD + b"Content-Length: -1\r\n\r\n" + GIVES, 5, "call-unanswered"),
    "a zero byte": (OK_HEAD + b"X: \x1b[31m\0\r\n\r\n" + GIVES, 5, "call-unanswered"),
}


class HostileApi(harness.Test):
    """Answers to a REST call that mean harm."""

    def serve_once(self, answer):
        listener = socket.create_server(("127.0.0.1", 0))

        def serve():
            with listener, contextlib.suppress(OSError):  # the client may go at any time
                connection, _ = listener.accept()
                with connection:
                    connection.settimeout(harness.TIME_LIMIT_S)
                    connection.recv(65536)
                    answer(connection) if callable(answer) else connection.sendall(answer)
                    connection.shutdown(socket.SHUT_WR)
                    connection.recv(1)

        thread = threading.Thread(target=serve)
        thread.start()
        self.addCleanup(thread.join)
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    def test_every_answer_is_judged_soon_and_in_little_memory(self):
        call = {"about": "asks", "url": "https://api.test/", "take": {"key": "/key"}}
        pathlib.Path(self.path("p.json")).write_text(json.dumps(
            {"whydrop_profile": 1, "name": "p", "title": "t", "about": "a", "status": "generic", "calls": {"get": call},
             "variables": {"key": {"about": "a key", "secret": True}}, "token": "get", "socket": {"url": "wss://api.test/"}}))
        for name, (answer, exit_code, says) in ANSWERS.items():
            with self.subTest(answer=name):
                began = time.monotonic()
                code, peak = self.peak_mib("token", "get", "--profile", self.path("p.json"), "--at", self.serve_once(answer),
                                           "--store", self.path(f"{name}.json"), "--connect-timeout", "2s", "--capture",
                                           self.path(f"{name}.ndjson"))
                self.assertLess(time.monotonic() - began, SECONDS)
                said = "".join(pathlib.Path(self.path(stream)).read_text(encoding="utf-8") for stream in ("out", "err"))
                self.assertIn(says, " ".join(said.split()))
                self.assertEqual(code, exit_code, said)
                self.assertNotIn("\x1b", said)
                if not harness.SANITIZED:
                    self.assertLess(peak, PEAK_MIB)
                self.judge_capture(self.path(f"{name}.ndjson"))

    def judge_capture(self, capture):
        self.assertIn(self.whydrop("inspect", capture, "--output", "summary").exit, (0, 1))


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
            for _ in range(300):
                lines.write(("x" * 199 + "\n") * 1000)
        with harness.ByHand(lambda _: ended.wait(harness.TIME_LIMIT_S)) as server, open(self.path("lines"), "rb") as lines:
            try:
                code, peak = self.peak_mib("connect", server.url, "--timeout", "1s", "-q", "--no-compression", stdin=lines)
            finally:
                ended.set()
        self.assertEqual(code, 8)
        if not harness.SANITIZED:
            self.assertLess(peak, 40)


class LargeFiles(harness.Test):
    """Files that a command line names are bounded; these take no room on the disk."""

    def made(self, name, size):
        with open(self.path(name), "wb") as file:
            file.truncate(size)

    def test_they_are_refused_with_their_limit(self):
        self.made("json", (64 << 20) + 1)
        self.made("any", (1 << 30) + 1)
        url = "ws://127.0.0.1:9/"
        for arguments, code, said in (
                (["check", "json"], 2, "json: it is larger than 64 MiB"),
                (["send", url, "x", "--profile", "./json"], 2, "./json:1:1: it is larger than 64 MiB"),
                (["validate", "--schema", "json", "any"], 2, "json: it is larger than 64 MiB"),
                (["config", "check", "json"], 1, "json:1:1: it is larger than 64 MiB"),
                (["send", url, "@any"], 3, "cannot read any: it is larger than 1 GiB"),
                (["connect", url, "--execute", "@any"], 3, "cannot read any: it is larger than 1 GiB"),
                (["check", "any"], 3, "cannot read any: it is larger than 1 GiB"),
                (["send", url, "x", "--secret", "token=@any"], 3, "cannot read any: it is larger than 1 GiB")):
            with self.subTest(arguments=arguments):
                done = self.whydrop(*arguments)
                self.assertEqual(done.exit, code, done.err)
                self.assertIn(said, done.out + done.err)


if __name__ == "__main__":
    unittest.main()
