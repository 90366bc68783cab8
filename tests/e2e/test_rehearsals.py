#!/usr/bin/python3
"""Every scenario of every profile, played in one process: the finding that leads is the one that the scenario names."""
import concurrent.futures
import json
import pathlib
import shlex
import subprocess
import unittest

import harness

FOLDER = pathlib.Path(__file__).parents[2] / "fixtures" / "rehearsals"


def scenarios():
    """(profile, name, leads_to or None), one a scenario."""
    for file in sorted(FOLDER.glob("*.json")):
        for name, scenario in json.loads(file.read_text())["scenarios"].items():
            yield file.stem, name, scenario.get("leads_to")


def findings(done):
    """Ids in the run's verdict, which is the last, without what is told of every dialect that nobody serves."""
    verdicts = [event for event in map(json.loads, done.out.splitlines()) if event.get("kind") == "verdict"]
    ids = [finding["id"] for finding in verdicts[-1]["findings"]] if verdicts else [f"no verdict: {done.err}"]
    return [name for name in ids if name not in ("dialect-not-served", "scope-unknown")]


class Rehearsals(harness.Test):
    def play(self, row):
        profile, name, _ = row
        return row, self.whydrop("send", "--profile", profile, f"--rehearse={name}", "--no-store", "--output", "ndjson")

    def test_each_ends_with_the_finding_that_it_names(self):
        rows = list(scenarios())
        self.assertGreater(len(rows), 130)
        # Only a few at once: some scenarios are about time.
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            for (profile, name, leads_to), done in pool.map(self.play, rows):
                with self.subTest(profile=profile, scenario=name):
                    self.assertEqual((findings(done) or [None])[0], leads_to, done.err)

    def test_a_happy_one_is_a_success(self):
        for profile, name, leads_to in scenarios():
            if name == "happy":
                with self.subTest(profile=profile):
                    self.assertIsNone(leads_to)
                    _, done = self.play((profile, name, leads_to))
                    self.assertEqual((done.exit, findings(done)), (0, []))

    def test_the_command_that_is_printed_works_as_typed(self):
        for profile in sorted(file.stem for file in FOLDER.glob("*.json")):
            with self.subTest(profile=profile):
                server = self.start("rehearse", "--profile", profile)
                line = next(line for line in map(bytes.decode, server.stdout) if line.startswith("try "))
                command = line[len("try "):].strip().replace("whydrop", shlex.quote(harness.WHYDROP), 1)
                done = subprocess.run(["sh", "-c", command + " --for 10ms --output ndjson --no-opening"], env=self.env,
                                      cwd=self.tmp, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
                verdict = json.loads(done.stdout.splitlines()[-1])
                self.assertEqual((done.returncode, verdict["kind"], verdict["code"]), (0, "verdict", 1000), command)


if __name__ == "__main__":
    unittest.main()
