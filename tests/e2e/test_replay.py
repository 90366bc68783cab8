#!/usr/bin/python3
"""Replaying what was recorded: the request and its secrets, unlawful frames, servers that go or say nothing, many runs."""
import json
import pathlib
import re
import signal
import unittest

import harness

HELLO, BYE = '{"type":"hello"}', '{"type":"bye"}'
KEY = bytes([1, 2, 3, 4])


def masked(first, payload, length=None):
    """A short frame of the client's; `length` may lie."""
    return bytes([first, 0x80 | (len(payload) if length is None else length)]) + KEY + bytes(
        byte ^ KEY[n % 4] for n, byte in enumerate(payload))


class Recorded:
    """A capture, event by event."""

    NAMES = {0: "continuation", 1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong"}

    def __init__(self, headers=(), profile=None, url="ws://a.example/chat", redact=None):
        self.lines = [{"whydrop": 1, "kind": "capture", "started": "2026-08-01T10:00:00Z", "tool": "whydrop 0.1.0",
                       "profile": profile, "run": {"id": "00000001", "n": 1, "of": 1, "options": {}}, "redacted": []}]
        self.offset = {"client": 0, "server": 0}
        self.add("open", role="websocket", url=url, parent=None, **({"redact": redact} if redact else {}))
        self.add("request", start_line="GET /chat HTTP/1.1", size=200, headers=[
            {"name": "Host", "value": "a.example"}, {"name": "User-Agent", "value": "recorder/1"},
            {"name": "Upgrade", "value": "websocket"}, {"name": "Connection", "value": "Upgrade"},
            {"name": "Sec-WebSocket-Key", "value": "dGhlIHNhbXBsZSBub25jZQ=="},
            {"name": "Sec-WebSocket-Version", "value": "13"}, *headers])
        self.add("response", start_line="HTTP/1.1 101 Switching Protocols", status=101, body="", body_length=0, size=129, headers=[
            {"name": "Upgrade", "value": "websocket"}, {"name": "Connection", "value": "Upgrade"},
            {"name": "Sec-WebSocket-Accept", "value": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="}])

    def add(self, kind, **more):
        seq = len(self.lines)
        self.lines.append({"seq": seq, "t_ns": seq * 1_000_000, "conn": 1, "kind": kind, **more})
        return self

    def frame(self, side, payload, opcode=1, **more):
        data = payload.encode() if isinstance(payload, str) else payload
        if side == "client":
            more.setdefault("mask", "01020304")
        fields = {"from": side, "opcode": opcode, "name": self.NAMES.get(opcode, "reserved"), "fin": True, "rsv": 0, "mask": None,
                  "length": len(data), "length_form": 7, "offset": self.offset[side], **more}
        if isinstance(payload, str):
            fields["text"] = payload
        else:
            fields["base64"] = __import__("base64").b64encode(data).decode()
        self.offset[side] += 2 + (4 if fields["mask"] else 0) + len(data)
        return self.add("frame", **fields)

    def client(self, text, **more):
        return self.frame("client", text, **more)

    def server(self, text, **more):
        return self.frame("server", text, **more)

    def close(self, side, code, reason=""):
        return self.frame(side, code.to_bytes(2, "big") + reason.encode(), 8, close_code=code, reason=reason)

    def end(self, how="fin", by="server"):
        return self.add("ending", how=how, by=by, read_error="eof", write_error=None, tcp_state=8)

    def write(self, path):
        pathlib.Path(path).write_text("".join(json.dumps(line) + "\n" for line in self.lines), encoding="utf-8")
        return path


def conversation():
    return Recorded().client(HELLO).server(HELLO).client(BYE).server(BYE).close("client", 1000).close("server", 1000).end()


class Told:
    """A server by hand that keeps the bytes that it was told up to a Close or the end."""

    def __init__(self):
        self.bytes = b""

    def listen(self, connection):
        while True:
            data = connection.recv(65536)
            self.bytes += data
            if not data or self.bytes[-8:-6] == b"\x88\x82":
                break
        connection.sendall(harness.close(1000))
        connection.shutdown(2 - 1)
        while data:
            data = connection.recv(65536)
            self.bytes += data


class Replay(harness.Test):
    def replay(self, recorded, *arguments, **more):
        return self.whydrop("replay", recorded.write(self.path("run.ndjson")), *arguments, **more)

    def test_the_recorded_request_is_sent_again(self):
        recorded = Recorded([
            {"name": "Origin", "value": "https://app.example"}, {"name": "X-Trace", "value": "7"},
            {"name": "Sec-WebSocket-Protocol", "value": "chat, superchat"},
            {"name": "Authorization", "value": "Bearer xxxxx", "redact": [{"at": 7, "length": 5, "var": "Authorization"}]},
            {"name": "Cookie", "value": "xxx", "redact": [{"at": 0, "length": 3, "var": "Cookie"}]}]).client("hi").close("client", 1000)
        told = Told()
        with harness.ByHand(told.listen) as server:
            done = self.replay(recorded, "--url", server.url + "/other", "-b", "a=b", env={"WHYDROP_AUTHORIZATION": "fresh-secret-1"})
        self.assertEqual(done.exit, 0, done.out + done.err)
        head = server.head.decode().split("\r\n")
        self.assertEqual([line for line in head if not line.startswith(("Host", "Sec-WebSocket-Key"))], [
            "GET /other HTTP/1.1", "User-Agent: recorder/1", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Protocol: chat, superchat", "Origin: https://app.example", "Cookie: a=b",
            "Authorization: Bearer fresh-secret-1", "X-Trace: 7", "", ""])
        self.assertNotIn("fresh-secret-1", done.out + done.err)

    def test_masked_parts_of_url_and_messages_are_bound_and_masked_again(self):
        recorded = Recorded(url="ws://127.0.0.1/chat?jwt=xxx&a=1", redact=[{"at": 24, "length": 3, "var": "jwt"}])
        recorded.client('{"pin":"xxxx"}', redact=[{"at": 8, "length": 4, "var": "pin"}]).close("client", 1000)
        told = Told()
        with harness.ByHand(told.listen) as server:
            port = server.url.rsplit(":", 1)[1]
            done = self.replay(recorded, "--secret", "jwt=a secret&more", "--var", 'pin=say "please"', "--connect-to",
                               f"127.0.0.1:80:127.0.0.1:{port}", "-vv", "--capture", self.path("again.ndjson"))
        self.assertEqual(done.exit, 0, done.out + done.err)
        self.assertTrue(server.head.startswith(b"GET /chat?jwt=a%20secret%26more&a=1 HTTP/1.1\r\n"), server.head)
        frame = told.bytes[6:6 + (told.bytes[1] & 0x7F)]
        payload = bytes(byte ^ told.bytes[2 + n % 4] for n, byte in enumerate(frame))
        self.assertEqual(payload, b'{"pin":"say \\"please\\""}')
        for text in (done.out, done.err, pathlib.Path(self.path("again.ndjson")).read_text(encoding="utf-8")):
            self.assertNotIn("please", text)
            self.assertNotIn("secret%26more", text)

    def test_raw_sends_unlawful_frames_and_no_second_close(self):
        for name, add, wire in (
                ("rsv bits", lambda it: it.client("hi", rsv=6), masked(0xE1, b"hi")),
                ("unmasked", lambda it: it.client("hi", mask=None), harness.text("hi")),
                ("reserved opcode", lambda it: it.client("hi", opcode=3), masked(0x83, b"hi")),
                ("fragmented ping", lambda it: it.client("hi", opcode=9, fin=False), masked(0x09, b"hi")),
                ("text that is not UTF-8", lambda it: it.client(b"\xff\xfe"), masked(0x81, b"\xff\xfe")),
                ("fragments", lambda it: it.client("a", fin=False).client("b", opcode=0), masked(0x01, b"a") + masked(0x80, b"b"))):
            recorded = Recorded()
            add(recorded)
            recorded.close("client", 4321)
            told = Told()
            with self.subTest(frames=name), harness.ByHand(told.listen) as server:
                done = self.replay(recorded, "--url", server.url, "--raw", "-q")
                self.assertEqual(done.exit in (0, 1), True, done.out + done.err)
            self.assertEqual(told.bytes, wire + masked(0x88, (4321).to_bytes(2, "big")), done.out + done.err)

    def test_a_server_that_goes(self):
        def leave(connection):
            harness.ByHand.read_frame(connection)

        with harness.ByHand(leave) as server:
            done = self.replay(conversation(), "--url", server.url, "-q")
        self.assertEqual(done.exit, 6, done.out + done.err)
        self.assertEqual(done.err, "whydrop: the session ended after 1 of 2 messages\n")

    def test_a_close_of_the_servers_comes_again_or_not(self):
        recorded = Recorded().client(HELLO).close("server", 4001, "idle").close("client", 4001).end()

        def closes(connection):
            harness.ByHand.read_frame(connection)
            harness.ByHand.end(connection, 4001)

        with harness.ByHand(closes) as server:
            done = self.replay(recorded, "--url", server.url, "-q")
        self.assertEqual((done.exit, done.err), (7, "whydrop: it ended as in the recording: the server closed with 4001\n"))
        done = self.replay(recorded, "--url", self.rehearse("--ending", "none"), "-q", "--patience", "200ms")
        self.assertEqual((done.exit, done.err), (0, (
            "whydrop: in the recording the server closed with 4001; it did not within 200 ms: closing\n"
            "whydrop: it ended otherwise than in the recording, where the server closed with 4001\n")))

    def test_a_drop_comes_again_or_not(self):
        recorded = Recorded().client(HELLO).end("reset")
        done = self.replay(recorded, "--url", self.rehearse("--ending", "reset"), "-q")
        self.assertEqual((done.exit, done.err), (6, "whydrop: it ended as in the recording: reset\n"))
        done = self.replay(recorded, "--url", self.rehearse("--ending", "none"), "-q", "--patience", "100ms")
        self.assertEqual((done.exit, done.err), (0, (
            "whydrop: in the recording the session ended here without a Close (reset); it did not this time: closing\n"
            "whydrop: it ended otherwise than in the recording, where it ended without a Close (reset)\n")))

    def test_compared_the_recorded_end_is_what_was_asked_for(self):
        same = "▌ The recording and the replay do not differ.\n\n0 differences; 4 and 4 messages, 4 aligned\n"
        for ending, code in ((["reset"], 6), (["close", "--close-code", "4001"], 7)):
            url, path = self.rehearse("--after", "2", "--ending", *ending), self.path(ending[0] + ".ndjson")
            made = self.whydrop("connect", url, "--capture", path, stdin=f"{HELLO}\n{BYE}\n".encode())
            self.assertEqual(made.exit, code, made.out + made.err)
            done = self.whydrop("replay", path, "-q")
            self.assertEqual(done.exit, code, done.out + done.err)
            done = self.whydrop("replay", path, "-q", "--compare")
            self.assertEqual((done.exit, done.out[-len(same):]), (0, same), done.out + done.err)
            done = self.whydrop("replay", path, "-q", "--compare", "--fail-on", "error")
            self.assertEqual((done.exit, done.out[-len(same):]), (1, same), done.out + done.err)
            done = self.whydrop("replay", path, "-q", "--compare", "--expect-close", "1000")
            self.assertEqual((done.exit, done.out[-len(same):]), (1, same), done.out + done.err)
            done = self.whydrop("replay", path, "-q", "--compare", "--strict")
            self.assertEqual((done.exit, done.out[-len(same):]), (0, same), done.out + done.err)
            done = self.whydrop("replay", path, "-q", "--compare", "--url", url + "/other?path=too")
            self.assertEqual((done.exit, done.out[-len(same):]), (0, same), done.out + done.err)

    def test_a_killed_recording_replays_up_to_the_cut(self):
        url = self.rehearse("--ending", "none")
        process = self.start("connect", url, "--capture", self.path("killed.ndjson"), stdin=-1)
        process.stdin.write(f"{HELLO}\n{BYE}\n".encode())
        process.stdin.flush()
        path = pathlib.Path(self.path("killed.ndjson"))
        harness.await_until(lambda: path.exists() and path.read_bytes().count(b'"kind":"inflated"') == 4, "what was said")
        process.send_signal(signal.SIGKILL)
        process.wait()
        done = self.whydrop("replay", self.path("killed.ndjson"), "--output", "messages")
        self.assertEqual((done.exit, done.out), (0, f"{HELLO}\n{BYE}\n"), done.err)
        self.assertIn("whydrop: the recording ends here, before the end of the session\n", done.err)
        path.write_bytes(path.read_bytes()[:-20])
        done = self.whydrop("replay", self.path("killed.ndjson"), "--output", "messages")
        self.assertEqual((done.exit, done.out), (0, f"{HELLO}\n{BYE}\n"), done.err)
        self.assertIn("whydrop: the recording ends here: line 13 is cut: its writer was stopped\n", done.err)

    def test_many_runs(self):
        recorded = Recorded().client(HELLO).server(HELLO).client(BYE).end("reset")
        for ending, summary in (("none", "20 runs, 4 at a time: 20 survived, 0 did not"),
                                ("reset", "20 runs, 4 at a time: 0 survived, 20 did not")):
            url = self.rehearse("--ending", ending, "--after", "2")
            done = self.replay(recorded, "--url", url, "--count", "20", "--parallel", "4", "--patience", "200ms",
                               "--capture", self.path(ending))
            self.assertEqual(done.exit, 0 if ending == "none" else 6, done.out + done.err)
            self.assertTrue(done.out.startswith(summary + "\n"), done.out)
            if ending == "reset":
                self.assertTrue(done.out.endswith("\ndropped 20 of 20, always after the 1st type=bye\n"), done.out)
            opened = [event["conn"] for event in self.lines_of(ending) if event["kind"] == "open"]
            self.assertEqual(opened, list(range(1, 21)))

    def test_each_run_has_values_of_its_own(self):
        profile = {
            "whydrop_profile": 1, "name": "own", "title": "Own values", "about": "For tests.", "status": "generic",
            "variables": {"id": {"about": "an id"}, "ticket": {"about": "a ticket", "secret": True}},
            "calls": {"begin": {"about": "begins", "method": "POST", "url": "http://own.test/begin",
                                "take": {"ticket": "/ticket"}}},
            "session": ["begin"],
            "socket": {"url": "ws://own.test/"},
            "messages": {"client": {"join": {"about": "joins", "match": {"/type": "join"}, "example": {"type": "join", "ticket": "{ticket}"}}},
                         "server": {"in": {"about": "lets in", "match": {"/type": "in"}}}}}
        rehearsal = {
            "whydrop_rehearsal": 1, "profile": "own",
            "server": [{"on": "call:begin", "do": [{"refuse": 200, "json": {"ticket": "{$uuid}"}}]},
                       {"on": "client:join", "do": [{"send": {"type": "in"}}]}],
            "scenarios": {"happy": {"says": "in", "client": [{"send": "join"}, {"expect": "in"}, {"close": 1000}]}}}
        for name, text in (("own.json", profile), ("happy.json", rehearsal)):
            pathlib.Path(self.path(name)).write_text(json.dumps(text), encoding="utf-8")
        flags = ["--profile", self.path("own.json"), "--rehearsal", self.path("happy.json"), "--rehearse", "happy"]
        made = self.whydrop("send", *flags, "--capture", self.path("run.ndjson"), "-q")
        self.assertEqual(made.exit, 0, made.out + made.err)
        done = self.whydrop("replay", self.path("run.ndjson"), *flags, "--count", "6", "--parallel", "3", "--output", "ndjson",
                            "--reveal")
        self.assertEqual(done.exit, 0, done.out + done.err)
        sent = re.findall(r'\\"ticket\\":\\"([0-9a-f-]{36})\\"', "\n".join(
            line for line in done.out.splitlines() if '"from":"client"' in line and '"kind":"frame"' in line))
        self.assertEqual((len(sent), len(set(sent))), (6, 6), done.out)


if __name__ == "__main__":
    unittest.main()
