#!/usr/bin/python3
"""A run that stays: what it tells of drops, to whom, and what is left when it is killed."""
import json
import os
import pathlib
import signal
import socket
import unittest
import urllib.error
import urllib.request

from prometheus_client.parser import text_string_to_metric_families

import harness
import recordings


class Watch(harness.Test):
    def drops_at_once(self):
        """A server that ends each session after its first message."""
        return self.rehearse("--ending", "reset", "--after", "1")

    def test_each_drop_is_told_recorded_and_given_to_a_command(self):
        url = self.drops_at_once()
        told = self.path("told")
        os.mkfifo(told)
        process = self.start("watch", url, "--execute", "hello", "--captures", self.path("drops"),
                             "--on-drop", f'{{ cat; echo "$WHYDROP_CAUSE $WHYDROP_CAPTURE"; }} > {told}')
        said = []
        for _ in range(2):
            with open(told, encoding="utf-8") as pipe:
                verdict, words = pipe.read().splitlines()
            said.append(words.split(" ", 1))
            verdict = json.loads(verdict)
            self.assertEqual(verdict["kind"], "verdict")
            self.assertEqual(verdict["how"], "reset")
            self.assertEqual(verdict["cause"], said[-1][0])
        out = self.await_line(process, b"session 2, ")
        process.send_signal(signal.SIGTERM)
        done = self.finish(process, out=out)
        self.assertEqual(done.exit, 128 + signal.SIGTERM, done.err)
        first, second = done.out.splitlines()[:2]
        self.assertRegex(first, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z  session 1, after .*, sent 1, received 1: .*"
                                rf"reset the connection \(RST\).* \({said[0][0]}\)$")
        self.assertIn("session 2, after ", second)
        self.assertRegex(done.out, r"\n  sessions   [23]; \d messages sent, \d received\n  endings    2 × ")
        files = sorted(os.listdir(self.path("drops")))
        self.assertEqual([os.path.basename(path) for _, path in said], files[:2])
        again = self.whydrop("inspect", said[0][1], "-q")
        self.assertIn("reset the connection (RST)", again.out)

    def test_a_kill_loses_nothing_of_the_sessions_before(self):
        url = self.drops_at_once()
        process = self.start("watch", url, "--no-compression", "--execute", "hello", "--captures", self.path("drops"))
        self.await_line(process, b"session 4, ")  # what came before it is written
        process.kill()
        self.finish(process)
        for file in sorted(pathlib.Path(self.path("drops")).iterdir())[:3]:
            with self.subTest(file=file.name):
                events = recordings.events_of(file)
                self.assertEqual([event["kind"] for event in events][-1], "ending")
                self.assertEqual([event.get("text") for event in events if event["kind"] == "frame"], ["hello", "hello"])

    def test_a_service_manager_is_told_its_state(self):
        url = self.rehearse()
        address = self.path("notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(address)
            manager.settimeout(harness.TIME_LIMIT_S)
            process = self.start("watch", url, env={"NOTIFY_SOCKET": address})
            origin = url.rstrip("/")
            self.assertEqual(manager.recv(4096).decode(), f"READY=1\nSTATUS=connecting to {origin}")
            self.assertEqual(manager.recv(4096).decode(), f"STATUS=connected to {origin}")
            process.send_signal(signal.SIGTERM)
            self.assertIn("STATUS=", manager.recv(4096).decode())
            self.assertEqual(manager.recv(4096).decode(), "STOPPING=1")
            self.assertEqual(self.finish(process).exit, 128 + signal.SIGTERM)

    def test_a_monitoring_system_is_answered(self):
        process = self.start("watch", self.drops_at_once(), "--execute", "hello", "--metrics", "0")
        self.await_line(process, b"session 2, ")
        where = self.await_line(process, b"metrics at ", stream="stderr").decode().split("metrics at ")[1].split()[0]
        with urllib.request.urlopen(where, timeout=harness.TIME_LIMIT_S) as answer:
            self.assertEqual(answer.headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
            families = {family.name: family for family in text_string_to_metric_families(answer.read().decode())}
        self.assertEqual(families["whydrop_messages"].samples[0].labels, {"direction": "sent"})
        self.assertGreaterEqual(sum(sample.value for sample in families["whydrop_endings"].samples), 2)
        for path, method, status in (("/", "GET", 404), ("/metrics", "POST", 405)):
            with self.subTest(path=path), self.assertRaises(urllib.error.HTTPError) as refused:
                request = urllib.request.Request(where.replace("/metrics", path), method=method)
                urllib.request.urlopen(request, timeout=harness.TIME_LIMIT_S)
            self.assertEqual(refused.exception.code, status)
            refused.exception.close()
        process.send_signal(signal.SIGTERM)
        self.assertEqual(self.finish(process).exit, 128 + signal.SIGTERM)

    def test_what_cannot_be_done_is_said_first(self):
        for arguments, message in (
                (["--notify"], "whydrop: error: option --notify: notify-send is not installed\n"
                               "hint: apt install libnotify-bin, or --on-drop COMMAND\n"),
                (["--captures", "/proc/none"], "whydrop: error: cannot make folder /proc/none: No such file or directory\n"),
                (["--metrics", "here"], "whydrop: error: option --metrics: 'here' is not [HOST:]PORT\n"
                                        "hint: --metrics 127.0.0.1:9464\n"),
                (["--part", "1k"], "whydrop: error: option --part: 1 KiB is less than 64k\nhint: --part 64M\n")):
            with self.subTest(arguments=arguments):
                done = self.whydrop("watch", "ws://127.0.0.1:9/", *arguments, env={"PATH": "/nowhere"})
                self.assertEqual(done.err, message)
                self.assertIn(done.exit, (2, 3))


if __name__ == "__main__":
    unittest.main()
