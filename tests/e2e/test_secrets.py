#!/usr/bin/python3
"""No secret stands in anything that whydrop writes, unless --reveal asks for it."""
import base64
import json
import os
import pathlib
import unittest

import harness

QUERY, BEARER, COOKIE, PASSWORD = "q-7Hd82kslQwe", "bearer-Zx91mmPo", "session-Kd02jsQ", "pass-Ull29sW"
MEMBER, GIVEN = "member-Aq83nfKs", "given-Ywq20dLp"
BASIC = base64.b64encode(f"me:{PASSWORD}".encode()).decode()
SECRETS = (QUERY, BEARER, COOKIE, PASSWORD, BASIC, MEMBER, GIVEN)
# What the client says: a secret as a member, one in the middle of a text, one in bytes that are no text.
LINES = "\n".join(json.dumps(line) for line in (
    {"text": json.dumps({"type": "auth", "body": {"token": MEMBER, "n": 1}})}, f"before {GIVEN} after",
    {"base64": base64.b64encode(b"\xff\x00" + GIVEN.encode() + b"\xfe").decode()}, {"ping": GIVEN})) + "\n"


def in_fragments(connection):
    """Echoes each message in pieces of three bytes, secrets cut through."""
    for _ in range(4):
        first, payload = harness.ByHand.read_frame(connection)
        if first & 0x0F == 9:
            connection.sendall(harness.frame(0x8A, payload))
            continue
        pieces = [payload[at:at + 3] for at in range(0, len(payload), 3)]
        for n, piece in enumerate(pieces):
            connection.sendall(harness.frame((0x80 if n + 1 == len(pieces) else 0) | (first & 0x0F if n == 0 else 0), piece))
    harness.ByHand.end(connection, 4000)


class Secrets(harness.Test):
    def everything_written(self, url, *more):
        """All that a run writes, in every output, and what inspect makes of its capture."""
        authorizations = (["-H", f"Authorization: Bearer {BEARER}"], ["-u", f"me:{PASSWORD}"])
        written = b""
        for n, (output, authorization) in enumerate((output, authorization) for authorization in authorizations
                                                    for output in ("log", "messages", "ndjson", "summary")):
            capture = self.path(f"run{n}.ndjson")
            target = url() if callable(url) else url
            done = self.whydrop("connect", f"{target}/chat?token={QUERY}&n=1", *authorization, "-b", f"sid={COOKIE}",
                                "--secret", f"GIVEN={GIVEN}", "--in", "jsonl", "--output", output, "--capture", capture,
                                *(["-vv"] if output == "log" else []), "--with-opinions", *more, stdin=LINES.encode())
            self.assertIn(done.exit, (0, 7), done.err)
            again = self.whydrop("inspect", capture, "--output", output, *(["-vv"] if output == "log" else []))
            self.assertEqual(again.err.count("error:"), 0, again.err)
            written += (done.out + done.err + again.out + again.err).encode() + pathlib.Path(capture).read_bytes()
            self.assertEqual(os.stat(capture).st_mode & 0o777, 0o600)
        return written

    def assert_hidden(self, written):
        for secret in SECRETS:
            for form in (secret, base64.b64encode(secret.encode()).decode().rstrip("=")[:-1], secret.encode().hex(),
                         secret.encode().hex(" ")):
                at = written.find(form.encode())
                self.assertEqual(at, -1, f"{form}: {written[max(at - 300, 0):at + 100]!r}")
        # No part of base64 or of a piece may give it away either: every text that can be decoded is.
        for line in written.splitlines():
            if line.startswith(b"{") and b'"base64":"' in line:
                decoded = base64.b64decode(json.loads(line).get("base64", ""))
                self.assertNotIn(GIVEN.encode(), decoded)

    def test_plain_and_compressed(self):
        for more in (["--no-compression"], []):
            with self.subTest(more=more):
                self.assert_hidden(self.everything_written(self.rehearse(), *more))
                for file in pathlib.Path(self.tmp).glob("*.ndjson"):
                    file.unlink()

    def test_split_over_fragments(self):
        def url():
            server = harness.ByHand(in_fragments)
            server.__enter__()
            self.addCleanup(server.__exit__)
            return server.url

        written = self.everything_written(url)
        self.assert_hidden(written)
        # The pieces, put together again, must not hold them.
        for capture in pathlib.Path(self.tmp).glob("*.ndjson"):
            events = [json.loads(line) for line in capture.read_text(encoding="utf-8").splitlines()]
            whole = "".join(event["text"] for event in events if event.get("kind") == "frame" and "text" in event
                            and event["from"] == "server" and event["opcode"] < 8)
            self.assertNotIn(MEMBER, whole)
            self.assertNotIn(GIVEN, whole)
            self.assertIn("xxxx", whole)

    def test_revealed(self):
        written = self.everything_written(self.rehearse(), "--reveal", "--no-compression").decode(errors="replace")
        for secret in (QUERY, BEARER, COOKIE, BASIC, MEMBER, GIVEN):
            self.assertIn(secret, written)

    def test_from_a_browser(self):
        har = {"log": {"version": "1.2", "creator": {"name": "WebInspector", "version": "537.36"}, "pages": [], "entries": [{
            "_resourceType": "websocket", "startedDateTime": "2026-08-01T10:00:00.000Z", "time": 1,
            "request": {"method": "GET", "url": f"wss://chat.example/?token={QUERY}", "httpVersion": "HTTP/1.1",
                        "headers": [{"name": "Cookie", "value": f"sid={COOKIE}"},
                                    {"name": "Authorization", "value": f"Bearer {BEARER}"}]},
            "response": {"status": 101, "statusText": "Switching Protocols", "httpVersion": "HTTP/1.1", "headers": []},
            "_webSocketMessages": [
                {"type": "send", "time": 1785578400.5, "opcode": 1, "data": json.dumps({"token": MEMBER})},
                {"type": "receive", "time": 1785578401.5, "opcode": 2,
                 "data": base64.b64encode(b"\xff" + GIVEN.encode()).decode()}]}]}}
        pathlib.Path(self.path("page.har")).write_text(json.dumps(har), encoding="utf-8")
        for output in ("log", "messages", "ndjson", "summary"):
            arguments = ["inspect", "page.har", "--output", output, "--secret", f"GIVEN={GIVEN}"]
            done = self.whydrop(*arguments, *(["-vv"] if output == "log" else []))
            self.assertIn(done.exit, (0, 1), done.err)
            self.assert_hidden((done.out + done.err).encode(errors="surrogateescape"))

    def test_refused(self):
        url = self.rehearse("--status", "401")
        capture = self.path("refused.ndjson")
        done = self.whydrop("connect", f"{url}/?access_token={QUERY}", "-H", f"Authorization: Bearer {BEARER}", "-vv",
                            "--capture", capture)
        self.assertEqual(done.exit, 5)
        self.assert_hidden((done.out + done.err).encode() + pathlib.Path(capture).read_bytes())


if __name__ == "__main__":
    unittest.main()
