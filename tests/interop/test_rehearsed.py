#!/usr/bin/env python3
"""UIs that others' libraries make (node's fetch and `ws`; urllib and python3-websockets) against a rehearsed server of every
profile: what flows.json says they call, send and wait for. Run as test_rehearsed.py WHYDROP."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
WHYDROP = str(pathlib.Path(sys.argv.pop(1)).resolve()) if len(sys.argv) > 1 else ""
FLOWS = json.loads((HERE / "flows.json").read_text(encoding="utf-8"))
UIS = {"node": ["node", str(HERE / "peers/ui.js")], "python": ["/usr/bin/python3", str(HERE / "peers/ui.py")]}
ENV = {**os.environ, "NODE_PATH": "/usr/share/nodejs"}


class Rehearsed(unittest.TestCase):
    maxDiff = None

    def play(self, profile, ui, flow):
        """Runs the UI against a server of its own; returns what it said and what the server told."""
        with subprocess.Popen([WHYDROP, "rehearse", "--profile", profile, "--once"], stdout=subprocess.PIPE, text=True) as server:
            rows = []
            while not rows or not rows[-1].startswith("try "):
                rows.append(server.stdout.readline())
            base = re.search(r"http://127\.0\.0\.1:\d+", rows[-1])[0]
            values = dict(row.rstrip("\n").split(None, 1) for row in rows[1:])
            with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
                json.dump({**flow, "values": values}, file)
                file.flush()
                said = subprocess.run(ui + [base, file.name], env=ENV, timeout=60, capture_output=True, text=True, check=False)
            if said.returncode != 0:
                server.kill()
            told = server.stdout.read().splitlines()
        return said.stdout + said.stderr, told

    def test_every_profile_has_a_flow(self):
        built_in = sorted(path.stem for path in (HERE / "../../fixtures/rehearsals").resolve().glob("*.json"))
        self.assertEqual(built_in, sorted(FLOWS))

    def test_a_ui_of_every_profile_finds_no_fault(self):
        for profile, flow in FLOWS.items():
            for name, ui in UIS.items():
                with self.subTest(profile=profile, ui=name):
                    said, told = self.play(profile, ui, flow)
                    self.assertEqual("closed 1000, 0 steps left\n", said)
                    calls = [line for line in told if ": 2" in line or ": 101" in line]
                    self.assertEqual(len(flow.get("calls", [])) + 1, len(calls), told)
                    sent = [line for line in told if " client: " in line]
                    self.assertEqual(len([step for step in flow["talk"] if "send" in step or "say" in step]), len(sent), told)
                    self.assertEqual([], [line for line in told if ";" in line or "no known type" in line or "cannot" in line])


if __name__ == "__main__":
    unittest.main()
