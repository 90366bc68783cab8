#!/usr/bin/python3
"""`whydrop check`: many checks at once, runs that are stopped, checks that hang or crash, servers that fail first."""
import json
import os
import pathlib
import re
import signal
import socket
import threading
import time
import unittest
import xml.etree.ElementTree

import harness
import run

CHECKS = pathlib.Path(__file__).resolve().parent.parent.parent / "fixtures" / "checks"
WAITS = {"whydrop_check": 1, "target": {"url": "{$env:WHYDROP_URL}"}}


class Server:
    """Upgrades every connection and hands it to `talk` with its number, each in a thread of its own."""

    def __init__(self, talk):
        self.talk, self.count, self.connections = talk, 0, []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"ws://127.0.0.1:{self.listener.getsockname()[1]}/"
        self.thread = threading.Thread(target=self.accept)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.listener.close()
        for connection, thread in self.connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            thread.join()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.count += 1
            thread = threading.Thread(target=self.serve, args=(connection, self.count))
            self.connections.append((connection, thread))
            thread.start()

    def serve(self, connection, number):
        by_hand = harness.ByHand.__new__(harness.ByHand)
        by_hand.head = b""
        with connection:
            try:
                by_hand.upgrade(connection)
                self.talk(connection, number)
            except (OSError, EOFError):
                pass  # the client went


def echo(connection, _=0):
    """Answers each message with itself, and the Close."""
    while True:
        first, payload = harness.ByHand.read_frame(connection)
        if first == 0x88:
            connection.sendall(harness.frame(0x88, payload))
            return
        connection.sendall(harness.frame(first, payload))


def silent(connection, _=0):
    """Says nothing, and answers the Close."""
    while True:
        first, payload = harness.ByHand.read_frame(connection)
        if first == 0x88:
            connection.sendall(harness.frame(0x88, payload))
            return


class Check(harness.Test):
    def write(self, name, content):
        pathlib.Path(self.path(name)).parent.mkdir(parents=True, exist_ok=True)
        pathlib.Path(self.path(name)).write_text(json.dumps(content), encoding="utf-8")

    def write_many(self, name, count, steps, **more):
        self.write(name, {**WAITS, **more, "checks": [{"name": f"check {n}", "steps": steps} for n in range(count)]})

    def cases_of(self, name):
        """name and kinds of the JUnit file's cases."""
        root = xml.etree.ElementTree.parse(self.path(name)).getroot()
        return [(case.get("name"), [child.tag for child in case]) for case in root.iter("testcase")]

    def checked(self, *arguments, url="", **more):
        return self.whydrop("check", *arguments, env={"WHYDROP_URL": url}, **more)

    def normalised(self, out):
        return run.normalise(out, {"tmp": self.tmp})

    def child_of(self, process):
        children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children")
        harness.await_until(lambda: children.read_text(encoding="ascii").split(), "a check's process")
        return int(children.read_text(encoding="ascii").split()[0])

    def test_the_ready_checks_pass_when_they_are_rehearsed(self):
        done = self.checked(str(CHECKS), "--rehearse", "--jobs", "4")
        names = [json.loads(path.read_text(encoding="utf-8"))["name"] for path in sorted(CHECKS.glob("*.json"))]
        self.assertEqual("", done.err)
        lines = self.normalised(done.out)
        self.assertEqual(sorted([f"ok    {name} (<t>)" for name in names]), sorted(lines[:-1]))
        self.assertEqual(f"{len(names)} checks: {len(names)} passed in <t>", lines[-1])
        self.assertEqual(0, done.exit)
        self.assertEqual([], os.listdir(self.tmp))

    def test_500_checks_at_once_share_nothing(self):
        steps = [{"send": {"json": {"n": "{$uuid}"}}}, {"expect": {"where": {"/n": "never"}, "within": "50ms"}}]
        for n in range(100):
            self.write(f"{n}/same.json", {**WAITS, "checks": [{"name": f"check {m}", "steps": steps} for m in range(5)]})
        with Server(echo) as server:
            began = time.monotonic()
            done = self.checked("*/same.json", "--jobs", "8", "--report", "junit:out/j.xml", "--report", "ndjson:out/n.ndjson",
                                url=server.url)
            took = time.monotonic() - began
        self.assertEqual("", done.err)
        self.assertEqual(1, done.exit)
        self.assertEqual("500 checks: 500 failed in <t>", self.normalised(done.out)[-1])
        self.assertEqual(sorted((f"check {m}", ["failure"]) for m in range(5) for _ in range(100)),
                         sorted((name, kinds[:1]) for name, kinds in self.cases_of("out/j.xml")))
        told = [json.loads(line) for line in pathlib.Path(self.path("out/n.ndjson")).read_text(encoding="utf-8").splitlines()]
        captures = [line["capture"] for line in told[:-1]]
        self.assertEqual(500, len(set(captures)))
        values = set()
        for capture in captures:
            frames = [event["text"] for event in self.lines_of(capture) if event.get("kind") == "frame" and "text" in event]
            values.add(json.loads(frames[0])["n"])
        self.assertEqual(500, len(values))
        self.assertEqual(502, len(os.listdir(self.path("out"))))
        if not harness.SANITIZED:
            self.assertLess(took, 20)

    def stopped_run(self, number):
        """Of three checks the second hangs: the run is stopped then."""
        self.write("three.json", {**WAITS, "checks": [
            {"name": "ends", "steps": [{"connect": True}]},
            {"name": "hangs", "steps": [{"expect": {"within": "1h"}}], "timeout": "2h"},
            {"name": "waits", "steps": [{"connect": True}]}]})
        with Server(silent) as server:
            process = self.start("check", "three.json", "--report", "junit:j.xml", "--report", "tap:t.tap", env={"WHYDROP_URL": server.url})
            out = self.await_line(process, b"ends")
            child = self.child_of(process)
            process.send_signal(number)
            done = self.finish(process, out=out)
            harness.await_until(lambda: not pathlib.Path(f"/proc/{child}").exists(), "the end of the check's process")
        self.assertEqual([("ends", [])], self.cases_of("j.xml"))
        return done

    def test_an_interrupted_run_reports_what_ended(self):
        for number, code, word in ((signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")):
            with self.subTest(word):
                done = self.stopped_run(number)
                self.assertEqual(code, done.exit)
                self.assertEqual("", done.err)
                self.assertEqual(["ok    ends (<t>)", f"{word}: 1 of 3 checks ended"], self.normalised(done.out)[:2])
                self.assertRegex(done.out, r"      under way: hangs; capture: \./three\.hangs(-\d)?\.ndjson\n$")
                tap = pathlib.Path(self.path("t.tap")).read_text(encoding="utf-8")
                self.assertRegex(tap, rf"\nBail out! .*{word}")

    def test_a_killed_run_leaves_a_report_of_what_ended(self):
        self.assertEqual(-signal.SIGKILL, self.stopped_run(signal.SIGKILL).exit)

    def test_a_check_that_hangs_is_ended_and_the_others_go_on(self):
        self.write_many("two.json", 2, [{"connect": True}, {"wait": "200ms"}], timeout="300ms")
        with Server(silent) as server:
            process = self.start("check", "two.json", env={"WHYDROP_URL": server.url})
            os.kill(self.child_of(process), signal.SIGSTOP)
            done = self.finish(process)
        self.assertEqual("", done.err)
        lines = [line for line in self.normalised(done.out) if not line.startswith("      capture")]
        self.assertEqual(["ERROR check 0 (<t>)", "      it did not end within its time, and was ended", "ok    check 1 (<t>)",
                          "2 checks: 1 passed, 1 error in <t>"], lines)
        self.assertEqual(8, done.exit)

    def test_a_check_whose_process_crashes_is_an_error_of_that_check_only(self):
        self.write_many("two.json", 2, [{"connect": True}, {"wait": "300ms"}])
        with Server(silent) as server:
            process = self.start("check", "two.json", env={"WHYDROP_URL": server.url})
            os.kill(self.child_of(process), signal.SIGKILL)
            done = self.finish(process)
        lines = [line for line in self.normalised(done.out) if not line.startswith("      capture")]
        self.assertEqual(["ERROR check 0 (<t>)", "      internal error: the check's process was ended by signal 9",
                          "ok    check 1 (<t>)", "2 checks: 1 passed, 1 error in <t>"], lines)
        self.assertEqual(70, done.exit)

    def test_a_server_that_fails_first_is_tried_again(self):
        self.write_many("one.json", 1, [{"send": {"text": "hi"}}, {"expect": {"text": "hi"}}])

        def fails_first(connection, number):
            if number == 1:
                harness.ByHand.end(connection, 1011)
            else:
                echo(connection)

        with Server(fails_first) as server:
            done = self.checked("one.json", "--retry", "2", "--report", "ndjson:n.ndjson", url=server.url)
            self.assertEqual(2, server.count)
        self.assertEqual("", done.err)
        self.assertEqual(0, done.exit)
        self.assertEqual(["ok    check 0 (<t>, attempt 2)", "      capture: ./one.check-0.ndjson", "1 check: 1 passed in <t>"],
                         self.normalised(done.out))
        self.assertEqual(["fin"], self.ending_of("one.check-0.ndjson"))
        told = json.loads(pathlib.Path(self.path("n.ndjson")).read_text(encoding="utf-8").splitlines()[0])
        self.assertEqual(("passed", 2, "./one.check-0.ndjson"), (told["status"], told["attempts"], told["capture"]))

    def test_fail_fast_begins_no_more(self):
        self.write_many("four.json", 4, [{"expect": {"within": "10ms"}}])
        with Server(silent) as server:
            done = self.checked("four.json", "--fail-fast", "--report", "tap", url=server.url)
            self.assertEqual(1, server.count)
        self.assertEqual(1, done.exit)
        self.assertEqual(["not ok 1 - check 0"] + [f"ok {n + 1} - check {n} # SKIP not run: --fail-fast" for n in (1, 2, 3)],
                         re.findall(r"^(?:not )?ok .*$", done.out, re.M))
        self.assertEqual("4 checks: 1 failed, 3 skipped in <t>", self.normalised(done.err)[-1])

    def test_captures_have_a_folder_and_those_that_passed_stay_where_asked_for(self):
        self.write_many("two.json", 2, [{"connect": True}])
        with Server(silent) as server:
            done = self.checked("two.json", "--captures", "all", "--keep-all", url=server.url)
        self.assertEqual(0, done.exit, done.err)
        self.assertEqual(["two.check-0.ndjson", "two.check-1.ndjson"], sorted(os.listdir(self.path("all"))))

    def test_no_secret_is_told(self):
        secret = "s3cr3t-s3cr3t"
        self.write("one.json", {**WAITS, "checks": [{"name": "told", "steps": [
            {"send": {"json": {"given": secret}}}, {"expect": {"where": {"/given": "other"}, "within": "50ms"}}]}]})
        with Server(echo) as server:
            done = self.checked("one.json", "--secret", f"mine={secret}", "--report", "junit:j.xml", "--report", "ndjson:n.ndjson",
                                url=server.url)
        self.assertEqual(1, done.exit)
        self.assertIn("/given is \"" + "x" * len(secret) + "\"", done.out)
        for name in ("one.told.ndjson", "j.xml", "n.ndjson"):
            self.assertNotIn(secret, pathlib.Path(self.path(name)).read_text(encoding="utf-8"))
        self.assertNotIn(secret, done.out + done.err)


if __name__ == "__main__":
    unittest.main()
