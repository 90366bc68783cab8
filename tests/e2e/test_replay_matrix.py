#!/usr/bin/python3
"""Recorded sessions of every profile, replayed against every scenario of its rehearsal: where the server does the same, compare
finds nothing; where it does not, compare names what it did. replayed.json holds what is said of each scenario."""
import concurrent.futures
import json
import os
import pathlib
import re
import unittest

import harness
import recordings
import run

EXPECTED = pathlib.Path(__file__).with_name("replayed.json")
JOBS = 3
# The client's next message is under way while the server closes: it may go or not.
RACES = {("guest-sessions", name) for name in ("expired-token", "missing-scope", "valid-token-closed-1000")} | {
    ("genesys-notifications", name) for name in ("channel-taken", "two-connections")} | {
    ("mqtt", "not-authorized"), ("ocpp-1.6", "rejected"), ("ocpp-2.0.1", "rejected"), ("signalr", "unknown-protocol"),
    ("stomp", "refused"), ("graphql-transport-ws", "wrong-subprotocol"), ("sockjs", "session-in-use"),
    ("xmpp", "refused"), ("xmpp", "taken-over")}
CUT_ID = re.compile(r"(?<=…)[0-9a-f]{6}(?=\")")  # an id of which the middle is left out
SAYS = "▌ The recording and the replay "
SO_MANY = re.compile(r"(?<=the session ended after )[0-9]+(?= of )")  # what was said while the server's end was on its way
LONGER = re.compile(r"(?:more than )?[0-9]+ × longer")  # the slower the machine, the fewer times


class Matrix(harness.Test):
    def setUp(self):
        super().setUp()
        with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
            paths = pool.map(lambda profile: recordings.record(self, profile), recordings.PROFILES)
            self.recorded = dict(zip(recordings.PROFILES, paths))

    def replay(self, profile, scenario, *more):
        return self.whydrop("replay", self.recorded[profile], f"--rehearse={scenario}", "--no-store", "-q", "--compare",
                            "--patience", "1s", *more)

    def all_of(self, cases, play):
        with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
            yield from zip(cases, pool.map(lambda case: play(*case), cases))

    def test_a_happy_session_is_the_same_at_every_pace(self):
        paces = (["--pace", "matched"], ["--pace", "recorded"], ["--pace", "fast"], ["--pace", "2x"], ["--raw"])

        def play(profile, pace):
            again = self.path(f"{profile}.{'.'.join(pace)}")
            done = self.replay(profile, "happy", *pace, "--capture", again)
            return done, self.whydrop("diff", self.recorded[profile], again)

        cases = [(profile, pace) for profile in recordings.PROFILES for pace in paces]
        for (profile, pace), (done, diff) in self.all_of(cases, play):
            with self.subTest(profile=profile, pace=pace):
                self.assertEqual((done.exit, diff.exit), (0, 0), done.out + done.err + diff.out + diff.err)
                self.assertIn(SAYS + "do not differ.\n", done.out)

    def test_every_scenario_differs_as_it_must(self):
        cases = [(profile, scenario) for profile in recordings.PROFILES for scenario in recordings.scenarios(profile)]

        def play(profile, scenario):
            done = self.replay(profile, scenario)
            says = [SO_MANY.sub("<n>", line) for line in run.normalise(done.err, {}) if not line.startswith("whydrop: rehearsal ")]
            told = run.normalise(CUT_ID.sub("", done.out[done.out.find(SAYS):]), {})
            compares = [LONGER.sub("<n> × longer", line) for line in told]
            if (profile, scenario) in RACES:
                says, compares = [], [re.sub(r"#\d+", "#", line) for line in compares if "■" in line]
            return {"exit": done.exit, "says": says, "compares": compares}

        seen = {}
        for (profile, scenario), said in self.all_of(cases, play):
            seen.setdefault(profile, {})[scenario] = said
        if os.environ.get("WHYDROP_UPDATE_GOLDEN") == "1":
            EXPECTED.write_text(json.dumps(seen, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        expected = json.loads(EXPECTED.read_text(encoding="utf-8"))
        for profile, scenario in cases:
            with self.subTest(profile=profile, scenario=scenario):
                self.assertEqual(expected.get(profile, {}).get(scenario), seen[profile][scenario])


if __name__ == "__main__":
    unittest.main()
