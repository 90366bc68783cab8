#!/usr/bin/python3
"""isolate names the fault of a client without looking at a profile, against servers that drop for it.

Each row of SCENARIOS is a rehearsed session in which the client does something wrong: it is recorded, and isolated with
`--profile none` against a server of that scenario. The rows that take long are shared among threads.
"""
import concurrent.futures
import json
import pathlib
import unittest

import jsonschema

import harness

# Profile, scenario, the exit code, and what the first line begins with; times are left open.
SCENARIOS = [
    ("apigw-websocket", "binary", 0, r"with message #5 \(binary\) as text it lives: 5 of 5"),
    ("apigw-websocket", "frame-too-large", 0, r"with message #5 \(action=sendmessage\) of 32768 bytes it lives: 5 of 5"),
    ("apigw-websocket", "idle", 0, r"with a ping every \d+ ms it lives: 5 of 5"),
    ("apigw-websocket", "life", 1, r"no change was found that stops it: the server closes with 1001 with nothing of its own left, "
                                   r"too; each that drops does so [\d.]+ m?s to [\d.]+ m?s after it opened"),
    ("engine.io", "not-a-packet", 0, r"without message #6 \(event=message\) it lives: 5 of 5"),
    ("graphql-transport-ws", "init-twice", 0, r"without message #5 \(type=connection_init\) it lives: 5 of 5"),
    ("guest-conversations", "start-chat-malformed", 0, r"without message #7 \(type=startChat\) it lives: 5 of 5; with it, it drops: 5 of 5"),
    ("guest-conversations", "start-before-ack", 0, r"with at least \d+ ms between messages it lives: 5 of 5"),
    ("guest-conversations", "missing-v2", 1, r"no change was found that stops it: no session opens with nothing of its own left, too"),
    ("json-rpc", "not-json", 0, r"without message #5 it lives: 5 of 5"),
    ("mqtt", "wildcard-topic", 0, r"without message #7 \(binary\) it lives: 5 of 5"),
    ("webchat-start", "fragmented", 0, r"without its own framing \(fragments, masks, reserved bits\) it lives: 5 of 5"),
    ("webchat-start", "not-compact", 0, r"with message #5 \(action=start\) as compact JSON it lives: 5 of 5"),
    ("webchat-start", "binary", 0, r"with message #5 \(binary\) as text it lives: 5 of 5"),
]
AT_ONCE = 8
# What drops by a time is tried behind the rest: a machine that does much else moves times.
TIMED = {"idle", "life", "start-before-ack"}
SCHEMA = pathlib.Path(__file__).resolve().parents[2] / "fixtures/schemas/isolated-v1.json"


class Isolate(harness.Test):
    def isolate(self, capture, url, *more):
        return self.whydrop("isolate", capture, "--url", url, "--profile", "none", "--parallel", "4", *more)

    def recorded(self, name, *arguments):
        path = self.path(name + ".ndjson")
        self.whydrop("send", *arguments, "--no-store", "-q", "--capture", path)
        return path

    def test_names_the_fault_of_each_scenario(self):
        def play(row):
            profile, scenario = row[:2]
            capture = self.recorded(f"{profile}.{scenario}", "--profile", profile, f"--rehearse={scenario}")
            url = self.rehearse("--profile", profile, "--scenario", scenario)
            return row, self.isolate(capture, url.replace("http", "ws", 1))

        timed = [row for row in SCENARIOS if row[1] in TIMED]
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as threads:
            played = [*threads.map(play, [row for row in SCENARIOS if row not in timed])]
            played += threads.map(play, timed)
        for (profile, scenario, code, words), done in played:
            with self.subTest(profile=profile, scenario=scenario):
                self.assertRegex(done.out.split("\n", maxsplit=1)[0], "^" + words, done.err)
                self.assertEqual(done.exit, code)

    def test_the_line_for_programs_is_as_its_schema_says(self):
        profile, scenario = "guest-conversations", "start-chat-malformed"
        capture = self.recorded("run", "--profile", profile, f"--rehearse={scenario}")
        url = self.rehearse("--profile", profile, "--scenario", scenario).replace("http", "ws", 1)
        done = self.isolate(capture, url, "--output", "ndjson")
        found = json.loads(done.out)
        jsonschema.Draft7Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(found)
        self.assertEqual(found["state"], "cure")
        self.assertEqual(found["cures"][0], {"change": "without message #7 (type=startChat)",
                                             "with": {"drops": 0, "alive": 5, "others": 0, "unclear": 0}})


if __name__ == "__main__":
    unittest.main()
