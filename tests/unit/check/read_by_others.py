#!/usr/bin/python3
"""The reports as others read them: JUnit by xmllint against tests/support/junit.xsd, TAP by node-tap-parser and perl,
NDJSON by python3-jsonschema, Prometheus' text by python3-prometheus-client. What they must refuse is shown too.

usage: read_by_others.py UNIT_CHECK"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import jsonschema
from prometheus_client.parser import text_string_to_metric_families

ROOT = pathlib.Path(__file__).resolve().parents[3]
UNIT_CHECK = sys.argv.pop()


def run(*command, **more):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", check=False, **more)


class ReadByOthers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()  # pylint: disable=consider-using-with
        cls.addClassCleanup(cls.folder.cleanup)
        written = run(UNIT_CHECK, "--gtest_filter=report.is_written_for_others",
                      env={**os.environ, "WHYDROP_WRITE_REPORTS": cls.folder.name})
        assert written.returncode == 0, written.stdout

    def path(self, name):
        return str(pathlib.Path(self.folder.name) / name)

    def xmllint(self, name):
        return run("xmllint", "--noout", "--schema", str(ROOT / "tests/support/junit.xsd"), self.path(name))

    def test_junit(self):
        for name in ("several.xml", "bytes.xml", "none.xml"):
            done = self.xmllint(name)
            self.assertEqual((done.returncode, done.stdout), (0, f"{self.path(name)} validates\n"))

    def test_junit_refused(self):
        text = pathlib.Path(self.path("several.xml")).read_text(encoding="utf-8")
        pathlib.Path(self.path("bad.xml")).write_text(text.replace("<testcase ", '<testcase line="3" ', 1), encoding="utf-8")
        self.assertEqual(self.xmllint("bad.xml").returncode, 3)

    def prove(self, name):
        """perl's reader knows versions up to 13, of which 14 is one more."""
        text = pathlib.Path(self.path(name)).read_text(encoding="utf-8")
        older = self.path("13-" + name)
        pathlib.Path(older).write_text(text.replace("TAP version 14", "TAP version 13", 1), encoding="utf-8")
        return run("prove", "-e", "cat", older, env={**os.environ, "LC_ALL": "C"})

    def parsed(self, name):
        text = pathlib.Path(self.path(name)).read_text(encoding="utf-8")
        done = run("tap-parser", "-j", input=text, env={**os.environ, "NODE_PATH": "/usr/share/nodejs"})
        return json.loads(done.stdout)

    def test_tap(self):
        told = self.parsed("several.tap")
        self.assertEqual(told[0], ["version", 14])
        points = [row[1] for row in told if row[0] == "assert"]
        self.assertEqual([(point["ok"], point["id"], point["name"], point.get("skip")) for point in points],
                         [(True, 1, "it connects", None), (False, 2, 'chat # is "answered"', None),
                          (False, 3, "needs a token", None), (True, 4, "later", "--fail-fast: one has failed")])
        self.assertEqual(points[1]["diag"], {
            "message": "no session_ack came within 5s", "severity": "fail", "exit_code": 7,
            "step": "step 3, expect session_ack", "file": "smoke/chat.json", "line": 3, "capture": "out/chat.ndjson",
            "attempts": 2, "duration_ms": 412, "verdict": "DROPPED  by the server\n  why: <]]>&\\x1b[31m\\xff\n"})
        self.assertEqual([row[0] for row in told if row[0] in ("extra", "bailout")], [])
        self.assertEqual(told[-1][1]["count"], 4)

    def test_tap_by_prove(self):
        done = self.prove("several.tap")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("Failed tests:  2-3\n", done.stdout)
        self.assertNotIn("Parse errors", done.stdout)
        done = self.prove("passed.tap")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("Result: PASS", done.stdout)

    def test_tap_of_a_run_that_was_stopped(self):
        told = self.parsed("stopped.tap")
        self.assertIn(["bailout", "4 of 5 checks ended: interrupted"], told)
        done = self.prove("stopped.tap")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("Bailout called.  Further testing stopped:  4 of 5 checks ended: interrupted", done.stdout)

    def test_tap_of_bytes_is_one_point(self):
        told = self.parsed("bytes.tap")
        self.assertEqual([row[0] for row in told], ["version", "plan", "assert", "comment", "complete"])
        done = self.prove("bytes.tap")
        self.assertIn("Failed test:  1\n", done.stdout)
        self.assertNotIn("Parse errors", done.stdout)

    def test_prometheus(self):
        text = pathlib.Path(self.path("several.prom")).read_text(encoding="utf-8")
        families = {family.name: family for family in text_string_to_metric_families(text)}
        self.assertEqual([(sample.labels, sample.value) for sample in families["whydrop_check_passed"].samples],
                         [({"file": "smoke/chat.json", "check": "it connects"}, 1), ({"file": "smoke/chat.json", "check": 'chat # is "answered"'}, 0),
                          ({"file": 'smoke/o"ther.json', "check": "needs a token"}, 0)])
        self.assertEqual([sample.value for sample in families["whydrop_checks"].samples], [1, 1, 1, 1])
        text = pathlib.Path(self.path("bytes.prom")).read_text(encoding="utf-8")
        self.assertEqual([family.name for family in text_string_to_metric_families(text)],
                         ["whydrop_check_passed", "whydrop_check_seconds", "whydrop_check_exit_code", "whydrop_checks"])

    def test_ndjson(self):
        schema = json.loads((ROOT / "fixtures/schemas/check-report-v1.json").read_text(encoding="utf-8"))
        lines = pathlib.Path(self.path("several.ndjson")).read_text(encoding="utf-8").splitlines()
        self.assertEqual(len(lines), 6)
        for line in lines:
            jsonschema.validate(json.loads(line), schema)

    def test_check_files_meet_their_schema(self):
        schema = json.loads((ROOT / "fixtures/schemas/check-v1.json").read_text(encoding="utf-8"))
        files = sorted((ROOT / "fixtures/checks").glob("*.json"))
        self.assertTrue(files)
        for path in files:
            jsonschema.validate(json.loads(path.read_text(encoding="utf-8")), schema)
        with self.assertRaises(jsonschema.ValidationError):
            jsonschema.validate({"whydrop_check": 1, "name": "n", "steps": [{"token": True, "session": True}]}, schema)


if __name__ == "__main__":
    unittest.main()
