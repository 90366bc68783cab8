#!/usr/bin/python3
"""A recording that others can use: with other secrets on another machine, after its writer was killed, as a browser saved it, as
plain lines; and one clear error where it cannot be used."""
import json
import pathlib
import shutil
import signal
import subprocess
import unittest
import urllib.parse

import harness
import recordings
import run

# What each machine knows. There: longer and shorter than here, and with what must be escaped in JSON or in a query.
HERE = {"key": "here-key-Pq93kdMsX2", "access": "here-token-Zx91mmPo", "pin": "here-pin-Aq83nfKs"}
THERE = {"key": "there &key+9", "access": "there-token-Kd02jsQ-that-is-longer", "pin": 'there "pin"'}
PROFILE = {
    "whydrop_profile": 1, "name": "shared", "title": "Secrets everywhere", "about": "For tests.", "status": "generic",
    "variables": {name: {"about": "a secret", "secret": True} for name in HERE},
    "calls": {"token": {"about": "a token", "url": "https://login.test/token", "form": {"pin": "{pin}"},
                        "take": {"access": "/access_token"}}},
    "token": "token",
    "socket": {"url": "wss://shared.test/chat?key={key}", "headers": {"Authorization": "Bearer {access}"}},
    "messages": {
        "client": {"join": {"about": "joins", "match": {"/type": "join"}, "example": {"type": "join", "pin": "{pin}", "n": 1}}},
        "server": {"joined": {"about": "lets in", "match": {"/type": "joined"}}}}}


def forms(secrets):
    """In every form in which they may be written."""
    return {form.encode() for value in secrets.values()
            for form in (value, json.dumps(value)[1:-1], urllib.parse.quote(value, safe=""), urllib.parse.quote_plus(value))}


class Server(harness.ByHand):
    """Lets one client in; keeps what it was told."""

    def __init__(self):
        self.told = []
        super().__init__(self.let_in)

    def let_in(self, connection):
        while True:
            first, payload = self.read_frame(connection)
            if first & 0x0F == 8:
                connection.sendall(harness.frame(0x88, payload))
                return
            self.told.append(payload.decode())
            connection.sendall(harness.text('{"type":"joined"}'))

    @property
    def at(self):
        return self.url.replace("ws://", "http://")


class Machine:
    """A home of its own, and what is known there: one secret in the environment, one in a file, one in the store."""

    def __init__(self, test, name, secrets):
        self.test, self.home, self.secrets = test, pathlib.Path(test.path(name)), secrets
        self.home.mkdir()
        (self.home / "shared.json").write_text(json.dumps(PROFILE), encoding="utf-8")
        (self.home / "pin.secret").write_text(secrets["pin"] + "\n", encoding="utf-8")
        self.profile = ["--profile", "shared.json", "--var", "pin=@pin.secret"]
        peer = test.stage.start({"http": [{"json": {"access_token": secrets["access"]}}]})["url"]
        self.run("token", "get", *self.profile, "--at", peer)
        self.store = next(self.home.rglob("whydrop/shared.json"))

    def run(self, *arguments, code=0):
        done = self.test.whydrop(*arguments, env={"HOME": str(self.home), "WHYDROP_KEY": self.secrets["key"]},
                                 cwd=str(self.home))
        self.test.assertEqual(done.exit, code, done.out + done.err)
        return done

    def assert_no_secret(self, *secrets):
        """In no file but those that are there to hold them."""
        for path in self.home.rglob("*"):
            if path.is_file() and path not in (self.store, self.home / "pin.secret"):
                for form in set().union(*map(forms, secrets)):
                    self.test.assertNotIn(form, path.read_bytes(), path)


class Elsewhere(harness.Test):
    def test_a_shared_capture_is_replayed_with_the_secrets_of_another_machine(self):
        here, there = Machine(self, "here", HERE), Machine(self, "there", THERE)
        with Server() as server:
            here.run("send", *here.profile, "--message", "join", "--at", server.at, "-q", "--capture", "run.ndjson")
            recorded = server.told
        self.assertEqual(recorded, ['{"type":"join","pin":"here-pin-Aq83nfKs","n":1}'])
        shutil.copy(here.home / "run.ndjson", there.home / "run.ndjson")
        for pace in (["--pace", "fast"], ["--raw"]):
            with self.subTest(pace=pace), Server() as server:
                done = there.run("replay", "run.ndjson", *there.profile, "--at", server.at, "--compare", "--overwrite",
                                 "--capture", "again.ndjson", "-vv", *pace)
                self.assertEqual(server.told, ['{"type":"join","pin":"there \\"pin\\"","n":1}'])
                head = server.head.decode()
                self.assertTrue(head.startswith("GET /chat?key=there%20%26key%2B9 HTTP/1.1\r\n"), head)
                self.assertIn("Authorization: Bearer there-token-Kd02jsQ-that-is-longer\r\n", head)
                for form in forms(HERE) | forms(THERE):
                    self.assertNotIn(form, (done.out + done.err).encode())
        for machine in (here, there):
            machine.assert_no_secret(HERE, THERE)


class Kinds(harness.Test):
    """Recordings that are no whole capture."""

    SAID = ['{"type":"join","n":1}', '{"type":"say","text":"Hello"}', '{"type":"say","text":"Bye"}']

    def replayed(self, path, *more):
        with Server() as server:
            done = self.whydrop("replay", path, "--url", server.url, *more)
        return done, server.told

    def test_a_capture_whose_writer_was_killed_is_replayed_up_to_the_cut(self):
        with Server() as server:
            process = self.start("connect", server.url, "--output", "messages", "--capture", "killed.ndjson",
                                 stdin=subprocess.PIPE)
            for text in self.SAID:
                process.stdin.write(text.encode() + b"\n")
                process.stdin.flush()
                self.await_line(process, b"joined")
            harness.await_until(lambda: pathlib.Path(self.path("killed.ndjson")).read_text(encoding="utf-8").count("joined") == 3,
                                "the capture does not hold the last reply")
            process.send_signal(signal.SIGKILL)
            process.wait()
        whole = pathlib.Path(self.path("killed.ndjson")).read_bytes()
        for name, content, says in (("killed", whole, ", before the end of the session"),
                                    ("cut", whole[:-20], ": line 11 is cut: its writer was stopped")):
            with self.subTest(name=name):
                pathlib.Path(self.path("killed.ndjson")).write_bytes(content)
                done, told = self.replayed("killed.ndjson", "-q")
                self.assertEqual(told, self.SAID)
                self.assertEqual((done.exit, run.normalise(done.out, {}), done.err), (
                    0, ["▌ You closed the session normally (1000) and the server confirmed it."],
                    f"whydrop: the recording ends here{says}\n"))

    def test_what_a_browser_saved_and_plain_lines(self):
        with Server() as server:
            done = self.whydrop("send", server.url, *self.SAID, "--capture", "run.ndjson", "-q")
        self.assertEqual(done.exit, 0, done.err)
        har, lines = self.path("page.har"), self.path("said.jsonl")
        pathlib.Path(har).write_text(json.dumps(recordings.har_of(self.path("run.ndjson")), indent=2), encoding="utf-8")
        pathlib.Path(lines).write_text(recordings.lines_of_client(self.path("run.ndjson")), encoding="utf-8")
        for path, pace in ((har, "matched"), (har, "fast"), (lines, "matched"), (lines, "fast")):
            with self.subTest(path=path, pace=pace):
                done, told = self.replayed(path, "--pace", pace, "-q")
                self.assertEqual((done.exit, told), (0, self.SAID), done.err)


HEADER = '{"whydrop":1,"kind":"capture","started":"2026-08-01T10:00:00.000Z","tool":"whydrop 0.1.0","profile":null,' \
    '"run":{"id":"00000000","n":1,"of":1,"options":{}},"redacted":[]}\n'


class Faults(harness.Test):
    """One clear error each, before anything is sent."""

    def setUp(self):
        super().setUp()
        self.capture = recordings.record(self, "guest-event")
        lines = pathlib.Path(self.capture).read_text(encoding="utf-8").splitlines(keepends=True)
        for name, content in {
                "empty": "", "header": HEADER, "newer": lines[0].replace('"whydrop":1', '"whydrop":2') + "".join(lines[1:]),
                "silent": "".join(line for line in lines if '"from":"client"' not in line), "words": "hello\n"}.items():
            pathlib.Path(self.path(f"{name}.ndjson")).write_text(content, encoding="utf-8")
        pathlib.Path(self.path("binary.ndjson")).write_bytes(b"\0\xff\xfe\xfd\xfc")

    def assert_error(self, code, error, *arguments):
        with self.subTest(arguments=arguments):
            with Server() as server:
                done = self.whydrop("replay", *arguments, "--url", server.url)
                self.assertEqual((done.exit, done.out, done.err), (code, "", error))
                self.assertEqual(server.head, b"")

    def test_files(self):
        shows = "hint: whydrop inspect {0} shows what it holds\n"
        for name, code, why in (
                ("empty.ndjson", 3, "cannot replay {0}: empty\n"),
                ("header.ndjson", 3, "cannot replay {0}: no WebSocket connection in it\n" + shows),
                ("newer.ndjson", 3, "capture {0}: written by a newer version (format 2): this one reads format 1\n"
                                    "hint: update whydrop\n"),
                ("silent.ndjson", 2, "cannot replay {0}: the client sent nothing in it\n" + shows),
                ("none.ndjson", 3, "cannot read {0}: No such file or directory\n"),
                ("words.ndjson", 3, "cannot replay {0}: not a recording but text\n"
                                    "hint: it takes a capture, a HAR, a Chromium net log, a packet capture, or a file of one JSON message a line\n"),
                ("binary.ndjson", 3, "cannot replay {0}: not a recording but binary data\n"
                                     "hint: it takes a capture, a HAR, a Chromium net log, a packet capture, or a file of one JSON message a line\n")):
            self.assert_error(code, "whydrop: error: " + why.format(name), name)

    def test_what_is_asked_for(self):
        name = pathlib.Path(self.capture).name
        for more, code, why in (
                ((), 2, "variable access_token is not set: an OAuth token with the scope guest:write; that it goes into an "
                        "Authorization header is assumed, the answer does not say\n"
                        "hint: give --var access_token=@FILE, or set WHYDROP_ACCESS_TOKEN\n"),
                (("--profile", "webchat-start"), 2,
                 "cannot replay {0} with the profile webchat-start: it was made with guest-event, and none of its messages is of a "
                 "type of webchat-start\nhint: --profile guest-event\n"),
                (("--run", "2"), 2, "cannot replay {0}: no run 2 in it\nhint: it holds 1 run\n"),
                (("--conn", "7"), 2, "cannot replay {0}: no WebSocket session opened on connection 7\n"
                                     "hint: whydrop inspect {0} shows what it holds\n"),
                (("--skip", "99"), 2, "edit 99: the client sent no message of this number\n"
                                      "hint: whydrop inspect {0} --only client shows the numbers\n")):
            self.assert_error(code, "whydrop: error: " + why.format(name), name, *more)

    def test_a_server_that_is_gone(self):
        """In mid-replay: the drop is what is told, and how far the replay came."""
        with harness.ByHand(lambda connection: harness.ByHand.read_frame(connection)) as server:
            done = self.whydrop("replay", self.capture, "--url", server.url + "/guest", "-q",
                                env={"WHYDROP_ACCESS_TOKEN": "another-token"})
        self.assertEqual(done.exit, 6)
        self.assertTrue(done.out.startswith("▌ The server's side ended TCP (FIN) without a Close frame, "), done.out)
        self.assertEqual(done.err, "whydrop: it ended otherwise than in the recording, where the client closed with 1000\n")


if __name__ == "__main__":
    unittest.main()
