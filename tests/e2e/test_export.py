#!/usr/bin/python3
"""Recordings taken elsewhere: what other tools and whydrop itself make of them."""
import json
import pathlib
import shutil
import subprocess
import unittest

import harness


class Export(harness.Test):
    def record(self, *arguments, ending="close", after="1"):
        url = self.rehearse("--ending", ending, "--after", after)
        self.whydrop("send", url, "hello", *arguments, "--capture", self.path("run.ndjson"))
        return url

    def read(self, name):
        return pathlib.Path(self.path(name)).read_text(encoding="utf-8")

    @unittest.skipUnless(shutil.which("curl"), "no curl")
    def test_curl_makes_the_same_handshake(self):
        self.record("-H", "Authorization: Bearer abc", after="0")
        self.assertEqual(self.whydrop("export", "run.ndjson", "--to", "curl", "-o", "run.sh").exit, 0)
        self.assertNotIn("abc", self.read("run.sh"))
        command = ["sh", self.path("run.sh")]
        unset = subprocess.run(command, capture_output=True, env=self.env, timeout=harness.TIME_LIMIT_S, check=False)
        self.assertIn(b"SECRET_AUTHORIZATION", unset.stderr)
        done = subprocess.run(command, capture_output=True, env={**self.env, "SECRET_AUTHORIZATION": "abc"},
                              timeout=harness.TIME_LIMIT_S, check=False)
        self.assertTrue(done.stdout.startswith(b"HTTP/1.1 101 Switching Protocols\r\n"), done)

    def test_a_har_tells_the_same_story(self):
        for ending in ("close", "fin", "reset", "refused", "upgrade-cut-fin", "close-1005"):
            with self.subTest(ending=ending):
                self.record("--overwrite", ending=ending)
                self.assertEqual(self.whydrop("export", "run.ndjson", "--to", "har", "-o", "run.har", "--overwrite").exit, 0)
                self.assertEqual(self.verdict("run.har"), self.verdict("run.ndjson"))

    def verdict(self, name):
        lines = self.whydrop("inspect", name, "--output", "ndjson").out.splitlines()
        verdict = [json.loads(line) for line in lines if '"verdict"' in line][-1]
        return {key: verdict[key] for key in ("code", "how", "ended_by", "cause")}

    def test_a_capture_of_a_har_is_one_that_is_read_again(self):
        self.record()
        for name, kind in (("a.har", "har"), ("b.ndjson", "ndjson")):
            source = "run.ndjson" if kind == "har" else "a.har"
            self.assertEqual(self.whydrop("export", source, "--to", kind, "-o", name).exit, 0)
        self.assertEqual(self.verdict("b.ndjson"), self.verdict("run.ndjson"))

    def test_a_page_is_that_of_inspect(self):
        self.record()
        self.assertEqual(self.whydrop("export", "run.ndjson", "--to", "html", "-o", "run.html").exit, 0)
        self.whydrop("inspect", "run.ndjson", "-q", "--report", f"html:{self.path('inspected.html')}")
        self.assertEqual(self.read("run.html"), self.read("inspected.html"))
        self.assertIn('{"kind":"short","conn":1,"tone":', self.read("run.html"))

    def test_a_check_is_that_of_from_capture(self):
        self.record()
        self.assertEqual(self.whydrop("export", "run.ndjson", "--to", "check").out,
                         self.whydrop("check", "--from-capture", "run.ndjson").out)
        done = self.whydrop("export", "run.ndjson", "--to", "check", "--conn", "1,2")
        self.assertEqual((done.exit, done.err), (2, "whydrop: error: option --conn: a check is made of one connection\n"
                                                    "hint: give one number\n"))

    def test_what_cannot_be_done_is_said(self):
        self.record()
        pathlib.Path(self.path("there")).write_text("", encoding="utf-8")
        for arguments, exit_code, err in (
                (["run.ndjson"], 2, "whydrop: error: option --to: it must be given\nhint: whydrop export FILE --to har\n"),
                (["run.ndjson", "--to", "har", "-o", "there"], 3, "whydrop: error: cannot create there: it exists\nhint: --overwrite\n"),
                (["run.ndjson", "--to", "har", "--conn", "7"], 2,
                 "whydrop: error: option --conn: no connection 7 in run.ndjson\nhint: it holds connection 1\n")):
            done = self.whydrop("export", *arguments)
            self.assertEqual((done.exit, done.err[:len(err)]), (exit_code, err))


if __name__ == "__main__":
    unittest.main()
