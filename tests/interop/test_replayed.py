#!/usr/bin/python3
"""Recorded sessions replayed against servers on python3-websockets and node's `ws`, which play what the recorded server said,
with ids of their own: the client must send those back, and compare must find nothing."""
import concurrent.futures
import json
import pathlib
import re
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

import harness  # pylint: disable=wrong-import-position
import recordings  # pylint: disable=wrong-import-position

PARROTS = {"python": ["/usr/bin/python3", str(HERE / "peers/parrot.py")], "node": ["node", str(HERE / "peers/parrot.js")]}
PACES = (["--pace", "matched"], ["--pace", "recorded"], ["--pace", "fast"], ["--raw"])

# A conversation in which most of what the client says was made by the server: a seat in two places, an id of many, an
# id inside a text, and one that changes with each turn.
LINKED = {
    "whydrop_profile": 1, "name": "linked", "title": "Ids that go back", "about": "For tests.", "status": "generic",
    "variables": {name: {"about": "an id of the server's"} for name in ("seat", "room", "turn")},
    "socket": {"url": "wss://linked.test/"},
    "messages": {
        "client": {
            "hello": {"about": "greets", "match": {"/type": "hello"}, "example": {"type": "hello", "trace": "{$uuid}"}},
            "enter": {"about": "enters", "match": {"/type": "enter"},
                      "example": {"type": "enter", "seat": "{seat}", "to": {"room": "{room}"}, "path": "/rooms/{room}/door"}},
            "say": {"about": "speaks", "match": {"/type": "say"},
                    "example": {"type": "say", "seat": "{seat}", "turn": "{turn}", "text": "Hello"}}},
        "server": {
            "welcome": {"about": "greets back", "match": {"/type": "welcome"},
                        "take": {"seat": "/seat", "room": "/rooms/1/id"}},
            "turn": {"about": "gives the word", "match": {"/type": "turn"}, "take": {"turn": "/id"}}}}}
PLAYED = {
    "whydrop_rehearsal": 1, "profile": "linked",
    "server": [
        {"on": "client:hello", "do": [{"send": {
            "type": "welcome", "trace": "{$request/trace}", "seat": "{$uuid}", "rooms": [{"id": "{$uuid}"}, {"id": "{$uuid}"}]}}]},
        {"on": "client:enter", "do": [{"send": {"type": "turn", "id": "{$uuid}"}}]},
        {"on": "client:say", "do": [{"send": {"type": "turn", "id": "{$uuid}"}}]}],
    "scenarios": {"happy": {"says": "two turns", "client": [
        {"send": "hello"}, {"expect": "welcome"}, {"send": "enter"}, {"expect": "turn"}, {"send": "say"}, {"expect": "turn"},
        {"send": "say"}, {"expect": "turn"}, {"close": 1000}]}}}
PLAN = """\
  URL        ws://linked.test/
  profile    linked
  recorded   a capture, <t>
  sends      4 messages, 1 Close
  heard      4 messages
  ended      the client's Close 1000; the server's Close 1000; fin, by server
  binds      /seat of welcome → /seat of enter
             /rooms/1/id of welcome → /path of enter
             /rooms/1/id of welcome → /to/room of enter
             /seat of welcome → /seat of say, 2 times
             /id of turn → /turn of say, 2 times
  dials      wss://linked.test/
  header     User-Agent: whydrop
"""


class Replayed(harness.Test):
    def parrot(self, kind, capture):
        process = subprocess.Popen(PARROTS[kind] + [capture], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=self.env)
        self.addCleanup(self.stop, process)
        line = process.stdout.readline().decode()
        self.assertTrue(line.startswith("listening on "), line)
        return process, line.split()[-1]

    def replay(self, capture, kind, pace, *more):
        process, url = self.parrot(kind, capture)
        done = self.whydrop("replay", capture, "--at", url.replace("ws://", "http://"), "-q", "--no-store", "--no-calls",
                            "--compare", *pace, *more)
        if done.exit > 1:
            process.kill()  # it may never have been connected to
        return done, json.loads(process.stdout.readline() or b"{}")

    def assert_same(self, capture, *more):
        sent = len(recordings.texts_of_client(capture))
        cases = [(kind, pace) for kind in PARROTS for pace in PACES]
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            played = pool.map(lambda case: self.replay(capture, *case, *more), cases)
            for (kind, pace), (done, told) in zip(cases, played):
                with self.subTest(capture=pathlib.Path(capture).name, server=kind, pace=pace):
                    self.assertEqual({"came": sent, "wrong": []}, told, done.out + done.err)
                    self.assertEqual(done.exit, 0, done.out + done.err)
                    self.assertIn("▌ The recording and the replay do not differ.\n", done.out)

    def test_every_profile(self):
        for profile in sorted(set(recordings.PROFILES) - OF_OTHERS):
            self.assert_same(recordings.record(self, profile), *GIVEN.get(profile, []))

    def test_ids_of_the_server_go_back_to_it(self):
        for name, content in (("linked.json", LINKED), ("played.json", PLAYED)):
            pathlib.Path(self.path(name)).write_text(json.dumps(content), encoding="utf-8")
        capture = self.path("linked.ndjson")
        done = self.whydrop("send", "--profile", self.path("linked.json"), "--rehearsal", self.path("played.json"),
                            "--rehearse=happy", "-q", "--no-store", "--capture", capture)
        self.assertEqual(done.exit, 0, done.out + done.err)
        profile = ["--profile", self.path("linked.json")]
        self.assert_same(capture, *profile)
        plan = self.whydrop("replay", capture, *profile, "--plan")
        told = re.sub(r"(?<=a capture, ).*", "<t>", plan.out)
        self.assertEqual((plan.exit, told), (0, PLAN), plan.err)


# The parrots say texts, and at once: what speaks bytes, or by a clock of its own, is replayed against real software
# (test_dialects.py) and against rehearsals.
OF_OTHERS = {"engine.io", "mqtt", "socket.io"}

# Secrets that a capture of this profile does not hold.
GIVEN = {
    "genesys-web-messaging": ["--var", "token=0c5a1d3e-9b77-4f0a-8f5e-2d1c4b6a7980"],
    "guest-event": ["--var", "access_token=another-token"],
    "guest-sessions": ["--var", "access_token=another-token"],
    "guest-tutorial": ["--var", "guest_token=another-token"],
    "xmpp": ["--var", "auth=" + "x" * 20],  # as it is masked: what is no JSON is held against the recording as it stands
}

if __name__ == "__main__":
    unittest.main()
