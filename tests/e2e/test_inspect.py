#!/usr/bin/python3
"""Reading a capture again: what the live run said, and a file that still grows."""
import concurrent.futures
import gzip
import json
import pathlib
import re
import signal
import subprocess
import unittest

import harness

FIXTURES = pathlib.Path(__file__).resolve().parents[2] / "fixtures"
REHEARSALS, PROFILES = FIXTURES / "rehearsals", FIXTURES / "profiles"
# What tells two secrets apart is not in a capture.
NOT_SEEN_AGAIN = {("genesys-web-messaging", "token-changed"): "token-changed"}
ENDINGS = ("close", "close-empty", "close-1005", "fin", "reset", "fin-mid-frame", "masked-frame", "bad-utf8", "oversize-ping",
           "broken-continuation", "compressed-garbage", "upgrade-cut-fin", "upgrade-cut-reset", "refused", "html", "redirect",
           "wrong-accept", "not-http", "data-after-close")
TLS_ENDINGS = ("tls-close-notify", "tls-truncated", "close", "reset")


def shown(done):
    """What is comparable: a connection's times of day are not."""
    return re.sub(r"\d\d:\d\d:\d\d\.\d+", "<t>", done.out)


# What only a live run with -k has to say.
UNCHECKED = "whydrop: warning: with -k the server's certificate is not checked: it may be anybody's\n"


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
                    self.assertEqual(again.err, live.err.replace(UNCHECKED, ""))
                    self.assertEqual(again.exit, 1 if live.exit in (1, 4, 5, 6) else again.exit)


class SameOfAProfile(harness.Test):
    """What a profile makes of a session: its findings, symptoms and limits, also those that variables set."""

    def test_every_scenario(self):
        rows = [(file.stem, name) for file in sorted(REHEARSALS.glob("*.json"))
                for name in json.loads(file.read_text(encoding="utf-8"))["scenarios"]]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for (profile, name), (live, again) in zip(rows, pool.map(lambda row: self.both(*row), rows)):
                with self.subTest(profile=profile, scenario=name):
                    missed = NOT_SEEN_AGAIN.get((profile, name))
                    if missed:
                        self.assertEqual((missed in live.out, missed in again.out), (True, False))
                    else:
                        self.assertEqual(shown(again), shown(live))

    def both(self, profile, name):
        capture = self.path(f"{profile}-{name}.ndjson")
        live = self.whydrop("send", "--profile", profile, "--rehearse=" + name, "--no-store", "--capture", capture,
                            "--output", "summary", "-v")
        return live, self.whydrop("inspect", capture, "--output", "summary", "-v")

    def variables(self, capture):
        header = json.loads(pathlib.Path(capture).read_text(encoding="utf-8").splitlines()[0])
        return header.get("variables"), header.get("given")

    def test_variables_that_were_known_at_the_start_stand_in_the_capture(self):
        self.both("guest-tutorial", "idle-drop")
        variables, given = self.variables(self.path("guest-tutorial-idle-drop.ndjson"))
        self.assertEqual(variables["idle_limit"], "1s")
        self.assertIn("idle_limit", given)
        secret = json.loads((PROFILES / "guest-tutorial.json").read_text(encoding="utf-8"))["variables"]
        self.assertFalse([name for name in variables if secret[name].get("secret")])

    def test_no_secret_is_among_them(self):
        profile = {"whydrop_profile": 1, "name": "plain", "title": "A plain API", "about": "For tests.", "status": "generic",
                   "variables": {"where": {"about": "a place", "default": "here"}, "by": {"about": "made", "default": "{where}-{key}"},
                                 "key": {"about": "a key", "secret": True}, "password": {"about": "not marked"},
                                 "odd": {"about": "holds a secret"}, "origin": {"about": "of the environment"},
                                 "unset": {"about": "has no value"}},
                   "socket": {"url": "ws://api.test/"}}
        pathlib.Path(self.path("plain.json")).write_text(json.dumps(profile), encoding="utf-8")
        pathlib.Path(self.path("key")).write_text("k-81Hsna", encoding="utf-8")
        self.env["WHYDROP_ORIGIN"] = "env"
        url = self.rehearse().replace("ws:", "http:")
        done = self.whydrop("connect", "--profile", self.path("plain.json"), "--var", "key=@" + self.path("key"), "--var",
                            "password=p-72ndHa", "--var", "odd=with g-72Jsn in it", "--secret", "GIVEN=g-72Jsn", "--var",
                            "where=there", "--at", url, "--no-store", "--for", "1ms", "--capture", self.path("run.ndjson"))
        self.assertEqual(done.exit, 0, done.err)
        self.assertEqual(self.variables(self.path("run.ndjson")), ({"where": "there", "origin": "env"}, ["where"]))


class RecordsOfOthers(harness.Test):
    """A net log of several sessions: what is shown where nothing is asked for, and how one is picked."""
    LOG = pathlib.Path(__file__).resolve().parents[2] / "fixtures/netlogs/proxy.json"

    def test_several_sessions_are_listed(self):
        shown = self.whydrop("inspect", str(self.LOG)).out.splitlines()
        sessions = [line.split()[-1].split("/")[-1] for line in shown if re.match(r" +c\d+ ", line)]
        self.assertEqual(sessions, ["close", "reset", "close", "reset"])
        self.assertEqual(shown[-1], "4 sessions. --conn N shows one with its verdict, --url GLOB those of an address.")

    def test_an_output_that_was_asked_for_is_given(self):
        self.assertIn("→ GET /close HTTP/1.1", self.whydrop("inspect", str(self.LOG), "--output", "log").out)
        kinds = [json.loads(line)["kind"] for line in self.whydrop("inspect", str(self.LOG), "--output", "ndjson").out.splitlines()]
        self.assertEqual(kinds.count("verdict"), 5)

    def test_sessions_are_picked_by_address(self):
        done = self.whydrop("inspect", str(self.LOG), "--url", "wss://*/close", "-q")
        self.assertTrue(done.out.startswith("▌ The server closed with 1000 (normal closure)"), done.out)
        none = self.whydrop("inspect", str(self.LOG), "--url", "*/nowhere")
        self.assertEqual((none.exit, none.err), (2, f"whydrop: error: option --url: no connection to */nowhere in {self.LOG}\n"
                                                    "hint: * stands for any text; --output sessions lists what is in it\n"))

    def test_gzip_is_taken_off(self):
        packed = gzip.compress(self.LOG.read_bytes())
        self.assertEqual(self.whydrop("inspect", "-", "--output", "sessions", stdin=packed).out,
                         self.whydrop("inspect", str(self.LOG)).out)


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
        self.assertIn("▌ You closed the session normally (1000)", done.out)

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
