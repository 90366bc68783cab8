#!/usr/bin/python3
"""What `whydrop rehearse --profile` prints for people is right. The scenarios themselves are cases of run.py."""
import json
import pathlib
import shlex
import subprocess
import unittest

import harness

FOLDER = pathlib.Path(__file__).parents[2] / "fixtures" / "rehearsals"


class Rehearsals(harness.Test):
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

    def test_the_socket_that_is_printed_is_there(self):
        for profile in sorted(file.stem for file in FOLDER.glob("*.json")):
            with self.subTest(profile=profile):
                server = self.start("rehearse", "--profile", profile)
                line = next(line for line in map(bytes.decode, server.stdout) if line.startswith("socket "))
                done = self.whydrop("connect", "--profile", "none", line.split()[1].replace("{", "%7B").replace("}", "%7D"),
                                    "--for", "10ms", "--output", "ndjson")
                answers = [json.loads(row) for row in done.out.splitlines() if '"kind":"response"' in row]
                # A token or a query may be missing; the path is not.
                self.assertNotEqual(answers[0]["status"], 404, line)


if __name__ == "__main__":
    unittest.main()
