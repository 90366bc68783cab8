#!/usr/bin/python3
"""Files that somebody else wrote: none takes a value to a server that is not its own. Each test is the attempt, against a
server that would see it succeed; the value is a word made up for the test."""
import json
import os
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


class Attack(harness.Test):
    def setUp(self):
        super().setUp()
        self.stranger = Listener()
        self.addCleanup(self.stranger.close)

    def recording(self):
        """A true recording, its server put in place of the one that it was made with."""
        made = self.path("made.ndjson")
        done = self.whydrop("send", self.rehearse() + "/?access_token=" + TOKEN, "hello", "--capture", made)
        self.assertEqual(done.exit, 0, done.err)
        text = pathlib.Path(made).read_text(encoding="utf-8")
        self.assertNotIn(TOKEN, text)
        lines = [json.loads(line) for line in text.splitlines()]
        old = next(line["url"] for line in lines if line["kind"] == "open").split("/")[2]
        text = "".join(json.dumps(line, separators=(",", ":"), ensure_ascii=False) + "\n" for line in lines)
        file = self.path("strange.ndjson")
        pathlib.Path(file).write_text(text.replace(old, f"127.0.0.1:{self.stranger.port}"), encoding="utf-8")
        return file

    def assert_kept(self, done, exit_code=2):
        self.assertNotIn(TOKEN.encode(), self.stranger.heard)
        self.assertEqual(done.exit, exit_code, done.err)
        self.assertNotIn(TOKEN, done.out + done.err)


class Strangers(Attack):
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


KEY = "own-key-51Jq0wLmTz"


class Homes(Attack):
    """What a command line of a person's own took somewhere belongs there, whoever gives it later."""

    def setUp(self):
        super().setUp()
        pathlib.Path(self.path("token")).write_text(TOKEN + "\n", encoding="utf-8")
        self.given = ["--secret", "access_token=@" + self.path("token")]
        self.home = self.rehearse()

    def use_at_home(self):
        done = self.whydrop("send", self.home + "/chat", "hello", *self.given)
        self.assertEqual(done.exit, 0, done.err)

    def test_a_value_that_was_used_elsewhere_follows_no_recording(self):
        file = self.recording()
        self.use_at_home()
        done = self.whydrop("replay", file, *self.given)
        self.assert_kept(done)
        self.assertIn(f"would take there access_token (--secret; its home is {self.home})", done.err)
        env = {"WHYDROP_ACCESS_TOKEN": TOKEN}
        self.assert_kept(self.whydrop("replay", file, env=env))
        self.assert_kept(self.whydrop("replay", file, "--var", "access_token=@" + self.path("token")))
        self.assertEqual(self.stranger.heard, b"")
        # At home it may be used by any means.
        own = self.path("own.ndjson")
        pathlib.Path(own).write_text(
            pathlib.Path(file).read_text(encoding="utf-8").replace(f"127.0.0.1:{self.stranger.port}", self.home.split("/")[2]),
            encoding="utf-8")
        for more, environment in ((self.given, {}), ([], env)):
            done = self.whydrop("replay", own, *more, env=environment)
            self.assertEqual(done.exit, 0, done.err)

    def test_the_record_holds_no_value(self):
        self.use_at_home()
        records = list(pathlib.Path(self.tmp).rglob("whydrop/homes"))
        self.assertEqual(len(records), 1)
        self.assertEqual(records[0].stat().st_mode & 0o777, 0o600)
        self.assertEqual(records[0].parent.stat().st_mode & 0o777, 0o700)
        text = records[0].read_text(encoding="utf-8")
        self.assertIn(self.home, text)
        self.assertNotIn(TOKEN, text)
        records[0].chmod(0o644)
        done = self.whydrop("replay", self.recording(), *self.given)
        self.assert_kept(done, 3)
        self.assertIn("others may read or change it", done.err)

    def test_a_check_takes_none_along(self):
        self.use_at_home()
        evil = f"ws://localhost:{self.stranger.port}/"
        checks = (
            {"url": evil + "?t={token}", "variables": {"token": {"env": "WHYDROP_ACCESS_TOKEN", "secret": True}}},
            {"url": evil + "?t={$env:WHYDROP_ACCESS_TOKEN}"},
            {"url": evil + "?{more}", "variables": {"more": "t={token}", "token": {"env": "WHYDROP_ACCESS_TOKEN", "secret": True}}},
            {"url": evil, "headers": {"X-More": "{$env:WHYDROP_ACCESS_TOKEN}"}},
        )
        for target in checks:
            with self.subTest(target=target):
                file = self.path("check.json")
                pathlib.Path(file).write_text(json.dumps({"whydrop_check": 1, "name": "reads", "target": target,
                                                          "steps": [{"connect": {}}]}), encoding="utf-8")
                done = self.whydrop("check", file, env={"WHYDROP_ACCESS_TOKEN": TOKEN})
                self.assert_kept(done)
                self.assertIn("its home is", done.out)
                self.assertEqual(self.stranger.heard, b"")
        self.whydrop("check", file, "--send-to", "localhost", env={"WHYDROP_ACCESS_TOKEN": TOKEN})
        self.assertIn(TOKEN.encode(), self.stranger.heard)

    def test_a_check_reads_no_other_variable_by_a_name_of_its_own(self):
        file = self.path("check.json")
        target = {"url": f"ws://localhost:{self.stranger.port}/?{{key}}", "variables": {"key": {"env": "DEPLOY_KEY", "secret": True}}}
        pathlib.Path(file).write_text(json.dumps({"whydrop_check": 1, "name": "reads", "target": target,
                                                  "steps": [{"connect": {}}]}), encoding="utf-8")
        self.assert_kept(self.whydrop("check", file, env={"DEPLOY_KEY": TOKEN}))
        self.whydrop("check", file, "--env", "DEPLOY_KEY", env={"DEPLOY_KEY": TOKEN})
        self.assertIn(TOKEN.encode(), self.stranger.heard)


class Replies(Attack):
    """A profile that somebody wrote, and the replies of its servers, lead no value to another site."""

    def home(self, answers):
        return self.stage.start({"http": answers})["url"]

    def profile(self, home, **socket):
        text = json.dumps({
            "whydrop_profile": 1, "name": "theirs", "title": "Theirs", "about": "A profile from a wiki.", "status": "served",
            "variables": {"key": {"about": "the key", "secret": True}, "ticket": {"about": "what the call gives", "secret": True},
                          "uri": {"about": "where the socket is"}},
            "calls": {"begin": {"about": "begins", "url": home + "/begin", "headers": {"X-Key": "{key}"},
                                "take": {"ticket": "/ticket", "uri": "/uri"}}},
            "session": ["begin"], "socket": {"url": "{uri}", **socket}})
        pathlib.Path(self.path("theirs.json")).write_text(text, encoding="utf-8")
        pathlib.Path(self.path("key")).write_text(KEY + "\n", encoding="utf-8")
        return ["--profile", self.path("theirs.json"), "--var", "key=@" + self.path("key"), "--no-store"]

    def answers(self, host):
        return [{"json": {"ticket": TOKEN, "uri": f"ws://{host}:{self.stranger.port}/"}}]

    def test_a_reply_leads_no_value_to_another_site(self):
        for header in ({"X-Ticket": "{ticket}"}, {"X-Key": "{key}"}):
            with self.subTest(header=header):
                asked = ["send", *self.profile(self.home(self.answers("localhost")), headers=header), "--new-session", "x"]
                done = self.whydrop(*asked)
                self.assert_kept(done)
                self.assertIn(f"theirs.json: it leads to ws://localhost:{self.stranger.port}, and would take there", done.err)
                self.assertIn("--send-to localhost", done.err)
                self.assertEqual(self.stranger.heard, b"")
        self.whydrop("send", *self.profile(self.home(self.answers("localhost")), headers=header), "--new-session", "x",
                     "--send-to", f"localhost:{self.stranger.port}")
        self.assertIn(KEY.encode(), self.stranger.heard)

    def test_within_one_site_it_may(self):
        self.whydrop("send", *self.profile(self.home(self.answers("127.0.0.1")), headers={"X-Ticket": "{ticket}"}), "--new-session", "x")
        self.assertIn(TOKEN.encode(), self.stranger.heard)

    def test_what_looks_like_an_option_is_a_value(self):
        """What a profile has in its headers is no file to read, whatever it begins with."""
        profile = self.profile(self.home(self.answers("127.0.0.1")), headers={"X-More": "@" + self.path("key")}, subprotocols=["a"])
        self.whydrop("send", *profile, "--new-session", "x")
        self.assertIn(f"X-More: @{self.path('key')}".encode(), self.stranger.heard)
        self.assertNotIn(KEY.encode(), self.stranger.heard)

    def test_what_carries_nothing_may_lead_anywhere(self):
        self.whydrop("send", *self.profile(self.home(self.answers("localhost"))), "--new-session", "x")
        self.assertIn(b"GET / HTTP/1.1", self.stranger.heard)

    def test_a_profile_takes_no_value_that_was_used_elsewhere(self):
        home = self.rehearse()
        pathlib.Path(self.path("key")).write_text(KEY + "\n", encoding="utf-8")
        self.assertEqual(self.whydrop("send", home, "x", "--secret", "key=@" + self.path("key")).exit, 0)
        profile = self.profile(f"http://localhost:{self.stranger.port}")
        done = self.whydrop("session", "create", *profile)
        self.assert_kept(done)
        self.assertIn(f"cannot make call begin of profile {self.path('theirs.json')}: it leads to ws://localhost", done.err)
        self.assertEqual(self.stranger.heard, b"")

    def test_a_recording_leads_the_calls_of_a_profile_nowhere_else(self):
        """The recording says what the profile's variables were: the region is part of where its calls go."""
        text = json.dumps({
            "whydrop_profile": 1, "name": "regional", "title": "Regional", "about": "One of the person's own.", "status": "served",
            "variables": {"key": {"about": "the key", "secret": True}, "at": {"about": "the region", "default": "127.0.0.1:1"},
                          "ticket": {"about": "what the call gives", "secret": True}},
            "calls": {"begin": {"about": "begins", "url": "http://{at}/begin", "headers": {"X-Key": "{key}"}, "take": {"ticket": "/ticket"}}},
            "session": ["begin"], "socket": {"url": "ws://{at}/?t={ticket}"}})
        own = pathlib.Path(self.path("regional.json"))
        own.write_text(text, encoding="utf-8")
        played = {"whydrop_rehearsal": 1, "profile": "regional", "server": [
            {"on": "call:begin", "do": [{"refuse": 200, "json": {"ticket": TOKEN}}]}],
            "scenarios": {"happy": {"says": "greetings", "client": [{"raw": "hello"}]}}}
        pathlib.Path(self.path("played.json")).write_text(json.dumps(played), encoding="utf-8")
        made = self.path("called.ndjson")
        env = {"WHYDROP_KEY": KEY}
        done = self.whydrop("send", "--profile", str(own), "--rehearse=happy", "--rehearsal", self.path("played.json"), "--capture", made,
                            env=env)
        self.assertEqual(done.exit, 0, done.err)
        lines = pathlib.Path(made).read_text(encoding="utf-8").replace("127.0.0.1:1", f"localhost:{self.stranger.port}").splitlines()
        head = json.loads(lines[0])
        head["variables"] = {"at": f"localhost:{self.stranger.port}"}
        pathlib.Path(made).write_text("\n".join([json.dumps(head), *lines[1:]]) + "\n", encoding="utf-8")
        plan = self.whydrop("replay", made, "--profile", str(own), "--plan", env=env)
        self.assertIn(f"  calls      begin: begins; GET http://localhost:{self.stranger.port}/begin\n  stops      cannot make call", plan.out)
        done = self.whydrop("replay", made, "--profile", str(own), env=env)
        self.assert_kept(done)
        self.assertIn(f"cannot make call begin of profile {own}: it leads to ws://localhost:{self.stranger.port}", done.err)
        self.assertNotIn(KEY.encode(), self.stranger.heard)


    def test_nor_those_of_a_profile_that_is_built_in(self):
        made = self.path("made.ndjson")
        done = self.whydrop("send", "--profile", "guest-sessions", "--rehearse=happy", "--capture", made)
        self.assertEqual(done.exit, 0, done.err)
        lines = pathlib.Path(made).read_text(encoding="utf-8").splitlines()
        head = json.loads(lines[0])
        head["variables"] = {**head["variables"], "region": "strange.example"}
        pathlib.Path(made).write_text("\n".join([json.dumps(head), *lines[1:]]) + "\n", encoding="utf-8")
        env = {"WHYDROP_CLIENT_SECRET": KEY, "WHYDROP_CLIENT_ID": "me", "WHYDROP_ACCESS_TOKEN": TOKEN}
        for more in ([], ["--no-calls"]):
            done = self.whydrop("replay", made, *more, env=env)
            self.assertEqual(done.exit, 2, done.err)
            self.assertIn("it leads to wss://", done.err)
            self.assertIn("strange.example:443, and would take there", done.err)
            self.assertNotIn("resolve", done.out)


class NamedFiles(harness.Test):
    """A file names files of its own folder: no others, no pipe, no device."""

    def check(self, folder, target, schema):
        pathlib.Path(self.path(folder)).mkdir(exist_ok=True)
        file = pathlib.Path(self.path(folder)) / "check.json"
        file.write_text(json.dumps({"whydrop_check": 1, "name": "names", "target": target, "steps": [
            {"connect": {}}, {"expect": {"where": {"": {"schema": schema}}}}]}), encoding="utf-8")
        return str(file)

    def setUp(self):
        super().setUp()
        pathlib.Path(self.path("secret.json")).write_text('{"type": "string"}', encoding="utf-8")
        os.mkfifo(self.path("pipe"))

    def test_of_a_check(self):
        outside = "it does not stand below the folder of the file that names it"
        url = {"url": self.rehearse()}
        for target, schema, says in (
                (url, "../secret.json", outside), (url, self.path("secret.json"), outside), (url, "/dev/zero", "it is no plain file"),
                (url, "../pipe", "it is no plain file"), (url, {"$ref": "../secret.json"}, outside),
                ({"profile": "../secret.json"}, {}, outside), ({"profile": "/dev/stdin"}, {}, "it is no plain file")):
            with self.subTest(target=target, schema=schema):
                done = self.whydrop("check", self.check("theirs", target, schema), "--list")
                self.assertEqual(done.exit, 2, done.err)
                self.assertIn(says, done.err)
        for schema in ("../secret.json", {"$ref": "../secret.json"}):
            done = self.whydrop("check", self.check("theirs", url, schema), "--list", "--allow-path", self.path("secret.json"))
            self.assertEqual(done.exit, 0, done.err)

    def test_of_a_schema(self):
        pathlib.Path(self.path("theirs")).mkdir()
        for name in ("../secret.json", "/dev/zero", "../pipe"):
            pathlib.Path(self.path("theirs/s.json")).write_text(json.dumps({"$ref": name}), encoding="utf-8")
            done = self.whydrop("validate", "--schema", self.path("theirs/s.json"), self.path("secret.json"))
            self.assertEqual(done.exit, 2, done.err)
            self.assertIn("it does not stand below" if name == "../secret.json" else "is", done.err)
        pathlib.Path(self.path("theirs/s.json")).write_text('{"$ref": "../secret.json"}', encoding="utf-8")
        done = self.whydrop("validate", "--schema", self.path("theirs/s.json"), self.path("secret.json"), "--allow-path", self.tmp)
        self.assertEqual(done.exit, 1, done.err)


class Captures(harness.Test):
    def test_append_adds_to_captures_only(self):
        file = self.path("notes.txt")
        pathlib.Path(file).write_text("my notes\n", encoding="utf-8")
        done = self.whydrop("send", self.rehearse(), "x", "--capture", file, "--append")
        self.assertEqual(done.exit, 3, done.err)
        self.assertIn("what stands there is no capture", done.err)
        self.assertEqual(pathlib.Path(file).read_text(encoding="utf-8"), "my notes\n")

    def test_a_limit_is_kept_and_told(self):
        file = self.path("run.ndjson")
        lines = "".join(f"message {n} of many\n" for n in range(2000))
        for more in ([], ["--with-opinions"]):
            done = self.whydrop("connect", self.rehearse(), "--capture", file, "--overwrite", "--max-capture", "4k", "--output", "summary",
                                *more, stdin=lines.encode())
            self.assertEqual(done.exit, 0, done.err)
            self.assertIn("received   2000 messages", done.out)  # the verdict is of all of it
            self.assertEqual(done.err.count(f"warning: capture {file} has reached --max-capture 4 KiB: what comes now is judged and "
                                            "not recorded"), 1)
            recorded = pathlib.Path(file).read_text(encoding="utf-8").splitlines()
            self.assertLessEqual(sum(len(line) + 1 for line in recorded[1:]), 4096)
            self.assertEqual(json.loads(recorded[-1])["kind"], "limit")
            again = self.whydrop("inspect", file, "--output", "summary")
            self.assertIn(f"warning: capture {file}:{len(recorded)}: it ends here: its run was to record no more (--max-capture 4 KiB)",
                          again.err)
            self.assertNotIn("error", again.err)
        done = self.whydrop("send", self.rehearse(), "x", "--max-capture", "4k")
        self.assertEqual((done.exit, "option --max-capture: no capture to apply it to" in done.err), (2, True), done.err)

    def test_what_holds_nothing_is_no_success(self):
        made = self.path("made.ndjson")
        self.whydrop("send", self.rehearse(), "x", "--capture", made)
        first, rest = pathlib.Path(made).read_text(encoding="utf-8").split("\n", 1)
        for text, says in (("", "cannot read part.ndjson: empty"), (first[:90], "capture part.ndjson: cut in its first line"),
                           (first + "\n", "capture part.ndjson: no event is in it"),
                           (first + "\n" + rest[:40], "capture part.ndjson: no event is in it"),
                           (first + "\nnonsense\n", "capture part.ndjson: no event in it can be read"),
                           (first + "\n" + first + "\n", "capture part.ndjson: no event is in it")):
            pathlib.Path(self.path("part.ndjson")).write_text(text, encoding="utf-8")
            for command in (["inspect", "part.ndjson"], ["diff", "part.ndjson", "made.ndjson"], ["inspect", "part.ndjson", "--output", "ndjson"]):
                with self.subTest(text=text, command=command):
                    done = self.whydrop(*command)
                    self.assertEqual((done.exit, done.out), (3, ""), done.err)
                    self.assertIn("error: " + says, done.err)
        # What is cut further on is told, and the rest is judged.
        pathlib.Path(self.path("part.ndjson")).write_text(first + "\n" + rest[:-30], encoding="utf-8")
        done = self.whydrop("inspect", "part.ndjson")
        self.assertIn("the line is cut: its writer was stopped", done.err)
        self.assertIn("the capture stops here", done.out)

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
