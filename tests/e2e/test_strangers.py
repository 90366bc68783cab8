#!/usr/bin/python3
"""Files that somebody else wrote: none takes a value to a server that is not its own. Each test is the attempt, against a
server that would see it succeed; the value is a word made up for the test."""
import json
import pathlib
import signal
import socket
import threading
import unittest

import harness

TOKEN = "home-token-8Hd72kQz"


class Listener:
    """A server that keeps what it is sent and answers nothing."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.heard = b""
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            connection.settimeout(2)
            try:
                while chunk := connection.recv(65536):
                    self.heard += chunk
                    if b"\r\n\r\n" in self.heard:
                        connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                        break
            except OSError:
                pass
            connection.close()

    def close(self):
        self.socket.close()


class Strangers(harness.Test):
    def setUp(self):
        super().setUp()
        self.stranger = Listener()
        self.addCleanup(self.stranger.close)

    def recording(self, **more):
        """A true recording, its server put in place of the one that it was made with."""
        made = self.path("made.ndjson")
        done = self.whydrop("send", self.rehearse() + "/?access_token=" + TOKEN, "hello", "--capture", made)
        self.assertEqual(done.exit, 0, done.err)
        text = pathlib.Path(made).read_text(encoding="utf-8")
        self.assertNotIn(TOKEN, text)
        lines = [json.loads(line) for line in text.splitlines()]
        old = next(line["url"] for line in lines if line["kind"] == "open").split("/")[2]
        lines[0].update(more)
        text = "".join(json.dumps(line, separators=(",", ":"), ensure_ascii=False) + "\n" for line in lines)
        file = self.path("strange.ndjson")
        pathlib.Path(file).write_text(text.replace(old, f"127.0.0.1:{self.stranger.port}"), encoding="utf-8")
        return file

    def assert_kept(self, done, exit_code=2):
        self.assertNotIn(TOKEN.encode(), self.stranger.heard)
        self.assertEqual(done.exit, exit_code, done.err)
        self.assertNotIn(TOKEN, done.out + done.err)

    def test_a_recording_takes_no_value_of_the_environment_to_its_server(self):
        file = self.recording()
        env = {"WHYDROP_ACCESS_TOKEN": TOKEN}
        done = self.whydrop("replay", file, env=env)
        self.assert_kept(done)
        self.assertIn(f"it leads to ws://127.0.0.1:{self.stranger.port}, and would take there access_token", done.err)
        self.assertIn("--send-to 127.0.0.1", done.err)
        self.assertEqual(self.stranger.heard, b"")
        plan = self.whydrop("replay", file, "--plan", env=env)
        self.assert_kept(plan, 0)
        self.assertIn("  stops      cannot replay", plan.out)
        self.assertEqual(self.stranger.heard, b"")
        self.assert_kept(self.whydrop("replay", file, "--send-to", "elsewhere", env=env))

    def test_who_means_it_says_so(self):
        file = self.recording()
        self.whydrop("replay", file, "--send-to", f"127.0.0.1:{self.stranger.port}", env={"WHYDROP_ACCESS_TOKEN": TOKEN})
        self.assertIn(TOKEN.encode(), self.stranger.heard)

    def test_the_plan_names_what_is_dialled(self):
        file = self.recording()
        plan = self.whydrop("replay", file, "--plan", "--secret", f"access_token={TOKEN}")
        self.assertEqual(plan.exit, 0, plan.err)
        self.assertNotIn(TOKEN, plan.out)
        dialled = next(line.split()[1] for line in plan.out.splitlines() if line.strip().startswith("dials"))
        self.whydrop("replay", file, "--secret", f"access_token={TOKEN}")
        target = dialled.split("/", 3)[3].split("?")[0]
        self.assertIn(f"GET /{target}".encode(), self.stranger.heard)
        self.assertIn(f"Host: {dialled.split('/')[2]}".encode(), self.stranger.heard)

    def test_a_check_reads_no_variable_that_its_command_line_does_not_name(self):
        check = {"whydrop_check": 1, "checks": [{
            "name": "reads", "target": {"url": f"ws://127.0.0.1:{self.stranger.port}/{{$env:DEPLOY_KEY}}"},
            "steps": [{"connect": {}}]}]}
        file = self.path("check.json")
        pathlib.Path(file).write_text(json.dumps(check), encoding="utf-8")
        done = self.whydrop("check", file, env={"DEPLOY_KEY": TOKEN})
        self.assertNotIn(TOKEN.encode(), self.stranger.heard)
        self.assertIn("--env DEPLOY_KEY", done.out + done.err)
        done = self.whydrop("check", file, "--env", "DEPLOY_KEY", env={"DEPLOY_KEY": TOKEN})
        self.assertIn(TOKEN.encode(), self.stranger.heard)
        self.assertNotIn(TOKEN, done.out + done.err)

    def test_a_redirect_takes_no_credential_along(self):
        def redirect(connection):
            connection.recv(65536)
            connection.sendall(f"HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:{self.stranger.port}/\r\n"
                               "Content-Length: 0\r\n\r\n".encode())
            connection.close()
        home = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(home.close)
        thread = threading.Thread(target=lambda: redirect(home.accept()[0]), daemon=True)
        thread.start()
        self.whydrop("send", f"ws://127.0.0.1:{home.getsockname()[1]}/", "x", "-L", "-H", f"X-Api-Key: {TOKEN}",
                     "-H", f"Referer: http://home/{TOKEN}", "-b", f"sid={TOKEN}", "-s", "bearer", "-s", TOKEN)
        thread.join(5)
        self.assertIn(b"GET / HTTP/1.1", self.stranger.heard)
        self.assertNotIn(TOKEN.encode(), self.stranger.heard)


class Captures(harness.Test):
    def test_append_adds_to_captures_only(self):
        file = self.path("notes.txt")
        pathlib.Path(file).write_text("my notes\n", encoding="utf-8")
        done = self.whydrop("send", self.rehearse(), "x", "--capture", file, "--append")
        self.assertEqual(done.exit, 3, done.err)
        self.assertIn("what stands there is no capture", done.err)
        self.assertEqual(pathlib.Path(file).read_text(encoding="utf-8"), "my notes\n")

    def test_of_two_writers_the_second_is_refused(self):
        file = self.path("run.ndjson")
        url = self.rehearse()
        first = self.start("connect", url, "--capture", file)
        self.await_line(first, b"101 Switching Protocols")
        second = self.whydrop("send", url, "x", "--capture", file, "--append")
        self.assertEqual(second.exit, 3, second.err)
        self.assertIn("another whydrop writes it", second.err)
        first.send_signal(signal.SIGHUP)
        self.assertEqual(first.wait(10), 129)


if __name__ == "__main__":
    unittest.main()
