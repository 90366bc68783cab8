#!/usr/bin/python3
"""No secret stands in anything that whydrop writes, unless --reveal asks for it."""
import base64
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import unittest
import urllib.parse

import harmless
import harness
import peers
import run

QUERY, BEARER, COOKIE, PASSWORD = "q-7Hd82kslQwe", "bearer-Zx91mmPo", "session-Kd02jsQ", "pass-Ull29sW"
MEMBER, GIVEN = "member-Aq83nfKs", "given-Ywq20dLp"
BASIC = base64.b64encode(f"me:{PASSWORD}".encode()).decode()
SECRETS = (QUERY, BEARER, COOKIE, PASSWORD, BASIC, MEMBER, GIVEN)
# What the client says: a secret as a member, one in the middle of a text, one in bytes that are no text.
LINES = "\n".join(json.dumps(line) for line in (
    {"text": json.dumps({"type": "auth", "body": {"token": MEMBER, "n": 1}})}, f"before {GIVEN} after",
    {"base64": base64.b64encode(b"\xff\x00" + GIVEN.encode() + b"\xfe").decode()}, {"ping": GIVEN})) + "\n"


def in_fragments(connection):
    """Echoes each message in pieces of three bytes, secrets cut through."""
    for _ in range(4):
        first, payload = harness.ByHand.read_frame(connection)
        if first & 0x0F == 9:
            connection.sendall(harness.frame(0x8A, payload))
            continue
        pieces = [payload[at:at + 3] for at in range(0, len(payload), 3)]
        for n, piece in enumerate(pieces):
            connection.sendall(harness.frame((0x80 if n + 1 == len(pieces) else 0) | (first & 0x0F if n == 0 else 0), piece))
    harness.ByHand.end(connection, 4000)


class Secrets(harness.Test):
    def everything_written(self, url, *more):
        """All that a run writes, in every output, and what inspect makes of its capture."""
        authorizations = (["-H", f"Authorization: Bearer {BEARER}"], ["-u", f"me:{PASSWORD}"])
        written = b""
        for n, (output, authorization) in enumerate((output, authorization) for authorization in authorizations
                                                    for output in ("log", "messages", "ndjson", "summary")):
            capture, page, page_again = self.path(f"run{n}.ndjson"), self.path("run.html"), self.path("again.html")
            target = url() if callable(url) else url
            done = self.whydrop("connect", f"{target}/chat?token={QUERY}&n=1", *authorization, "-b", f"sid={COOKIE}",
                                "--secret", f"GIVEN={GIVEN}", "--in", "jsonl", "--output", output, "--capture", capture,
                                *(["-vv"] if output == "log" else []), "--with-opinions", "--report", f"html:{page}", *more,
                                stdin=LINES.encode())
            self.assertIn(done.exit, (0, 7), done.err)
            again = self.whydrop("inspect", capture, "--output", output, "--report", f"html:{page_again}",
                                 *(["-vv"] if output == "log" else []))
            self.assertEqual(again.err.count("error:"), 0, again.err)
            written += (done.out + done.err + again.out + again.err).encode()
            for file in (capture, page, page_again):
                written += pathlib.Path(file).read_bytes()
                self.assertEqual(os.stat(file).st_mode & 0o777, 0o600)
        return written

    def assert_hidden(self, written):
        for secret in SECRETS:
            for form in (secret, base64.b64encode(secret.encode()).decode().rstrip("=")[:-1], secret.encode().hex(),
                         secret.encode().hex(" ")):
                at = written.find(form.encode())
                self.assertEqual(at, -1, f"{form}: {written[max(at - 300, 0):at + 100]!r}")
        # No part of base64 or of a piece may give it away either: every text that can be decoded is.
        for line in written.splitlines():
            if line.startswith(b"{") and b'"base64":"' in line:
                decoded = base64.b64decode(json.loads(line).get("base64", ""))
                self.assertNotIn(GIVEN.encode(), decoded)

    def test_plain_and_compressed(self):
        for more in (["--no-compression"], []):
            with self.subTest(more=more):
                self.assert_hidden(self.everything_written(self.rehearse(), *more))
                for file in pathlib.Path(self.tmp).glob("*.ndjson"):
                    file.unlink()

    def test_split_over_fragments(self):
        def url():
            server = harness.ByHand(in_fragments)
            server.__enter__()
            self.addCleanup(server.__exit__)
            return server.url

        written = self.everything_written(url)
        self.assert_hidden(written)
        # The pieces, put together again, must not hold them.
        for capture in pathlib.Path(self.tmp).glob("*.ndjson"):
            events = [json.loads(line) for line in capture.read_text(encoding="utf-8").splitlines()]
            whole = "".join(event["text"] for event in events if event.get("kind") == "frame" and "text" in event
                            and event["from"] == "server" and event["opcode"] < 8)
            self.assertNotIn(MEMBER, whole)
            self.assertNotIn(GIVEN, whole)
            self.assertIn("xxxx", whole)

    def test_revealed(self):
        written = self.everything_written(self.rehearse(), "--reveal", "--no-compression").decode(errors="replace")
        for secret in (QUERY, BEARER, COOKIE, BASIC, MEMBER, GIVEN):
            self.assertIn(secret, written)

    def test_from_a_browser(self):
        har = {"log": {"version": "1.2", "creator": {"name": "WebInspector", "version": "537.36"}, "pages": [], "entries": [{
            "_resourceType": "websocket", "startedDateTime": "2026-08-01T10:00:00.000Z", "time": 1,
            "request": {"method": "GET", "url": f"wss://chat.example/?token={QUERY}", "httpVersion": "HTTP/1.1",
                        "headers": [{"name": "Cookie", "value": f"sid={COOKIE}"},
                                    {"name": "Authorization", "value": f"Bearer {BEARER}"}]},
            "response": {"status": 101, "statusText": "Switching Protocols", "httpVersion": "HTTP/1.1", "headers": []},
            "_webSocketMessages": [
                {"type": "send", "time": 1785578400.5, "opcode": 1, "data": json.dumps({"token": MEMBER})},
                {"type": "receive", "time": 1785578401.5, "opcode": 2,
                 "data": base64.b64encode(b"\xff" + GIVEN.encode()).decode()}]}]}}
        pathlib.Path(self.path("page.har")).write_text(json.dumps(har), encoding="utf-8")
        for output in ("log", "messages", "ndjson", "summary"):
            arguments = ["inspect", "page.har", "--output", output, "--secret", f"GIVEN={GIVEN}"]
            done = self.whydrop(*arguments, *(["-vv"] if output == "log" else []))
            self.assertIn(done.exit, (0, 1), done.err)
            self.assert_hidden((done.out + done.err).encode(errors="surrogateescape"))

    def test_refused(self):
        url = self.rehearse("--status", "401")
        capture = self.path("refused.ndjson")
        done = self.whydrop("connect", f"{url}/?access_token={QUERY}", "-H", f"Authorization: Bearer {BEARER}", "-vv",
                            "--capture", capture)
        self.assertEqual(done.exit, 5)
        self.assert_hidden((done.out + done.err).encode() + pathlib.Path(capture).read_bytes())


class Faults(harness.Test):
    def test_what_is_masked_beside_a_fault_keeps_the_verdict(self):
        """A recording says what the live run said, whatever of it is masked."""
        def closes(connection):
            connection.sendall(harness.frame(0x88, b"\x03\xe8token=" + GIVEN.encode() + b"\xff"))
            harness.ByHand.read(connection, 6)

        def talks(payload, first=0x81):
            def talk(connection):
                connection.sendall(harness.frame(first, payload))
                if not first & 0x80:
                    connection.sendall(harness.frame(0x80, payload))
                harness.ByHand.end(connection)
            return talk

        secret = f'{{"token":"{GIVEN}'.encode()
        for talk in (talks(secret + b"\xff1234\"}"), talks(secret + b"\xc3"), talks(secret + b"\xff", 0x01), talks(b"\xff" + secret), closes):
            for more in ([], ["--no-compression"]):
                with self.subTest(talk=talk, more=more):
                    capture = self.path("run.ndjson")
                    with harness.ByHand(talk) as server:
                        live = self.whydrop("connect", server.url, "--capture", capture, "--overwrite", "--output", "summary",
                                            "--secret", f"given={GIVEN}", *more, stdin=None)
                    again = self.whydrop("inspect", capture, "--output", "summary")
                    self.assertNotIn(GIVEN, pathlib.Path(capture).read_text(encoding="utf-8"))
                    self.assertIn("not UTF-8", live.out)
                    for line in live.out.splitlines():
                        if "UTF-8" in line:
                            self.assertIn(line, again.out)


class Arguments(harness.Test):
    """The process list forgets what an option or an argument holds of secrets, and no error says it."""

    SECRET = "arg-Jd82kWqz"
    OPTIONS = (["-H", "X-Api-Key: {}"], ["--header=Authorization: Bearer {}"], ["-b", "sid={}"], ["-u", "me:{}"], ["-ume:{}"],
               ["--secret", "other={}"], ["-s", "bearer", "-s", "{}"], ["--execute", '{{"token": "{}"}}'], ["-d", '{{"token": "{}"}}'],
               ["--proxy-user", "me:{}", "-x", "http://127.0.0.1:1"], ["-x", "http://me:{}@127.0.0.1:1"], ["--cert", "x", "--pass", "{}"],
               ["--token", "{}"], ["--bearer={}"])

    def shown(self, *arguments):
        """The process list of a run that waits for a server that does not answer, and all that it says."""
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)
        url = f"ws://me:{self.SECRET}@127.0.0.1:{server.getsockname()[1]}/?token={self.SECRET}&n=1"
        process = self.start("connect", url, *arguments, "--noproxy", "*")
        connection, _ = server.accept()
        with connection:
            connection.recv(65536)
            shown = pathlib.Path(f"/proc/{process.pid}/cmdline").read_bytes()
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=harness.TIME_LIMIT_S)
        return shown, out + err

    def test_the_process_list_forgets_each(self):
        for option in self.OPTIONS:
            if "--pass" in option or "-x" in option:
                continue  # they lead elsewhere, or are refused: below
            with self.subTest(option=option):
                shown, said = self.shown(*(text.format(self.SECRET) for text in option))
                self.assertNotIn(self.SECRET.encode(), shown + said)
                self.assertIn(b"/?token=" + b"x" * len(self.SECRET) + b"&n=1", shown)

    def test_no_error_says_it(self):
        for option in self.OPTIONS:
            for wrong in (["--ping-interval", "never"], ["--no-such-option"], []):
                with self.subTest(option=option, wrong=wrong):
                    done = self.whydrop("connect", f"ws://me:{self.SECRET}@ho st/?token={self.SECRET}",
                                        *(text.format(self.SECRET) for text in option), *wrong)
                    self.assertEqual(done.exit, 2, done.err)
                    self.assertNotIn(self.SECRET, done.out + done.err)
        for wrong in (["--secret", f"={self.SECRET}"], ["-H", f"X-Api-Key {self.SECRET}"]):
            done = self.whydrop("connect", "ws://127.0.0.1:1", *wrong)
            self.assertEqual(done.exit, 2, done.err)


DIALECTS = {
    "stomp": f"CONNECT\nlogin:{GIVEN}\npasscode:{MEMBER}\n\n\0",
    "socket.io": f'40{{"user":"{GIVEN}","more":["{MEMBER}"]}}',
    "connection_init": json.dumps({"type": "connection_init", "payload": {"who": GIVEN, "headers": {"x": MEMBER}}}),
    "irc": f"PASS {GIVEN}",
    "xmpp": f"<auth mechanism='PLAIN'>{GIVEN}</auth>",
    "below a name": json.dumps({"credentials": {"user": GIVEN, "list": [1, {"a": MEMBER}]}}),
    "by form": f"say Bearer {GIVEN} and Bearer {MEMBER}",
}


class Dialects(harness.Test):
    """Where no name tells of a secret, the dialect does; and what was sent once is known when the server says it."""

    def test_what_is_sent_and_what_comes_back(self):
        for dialect, message in DIALECTS.items():
            for more in ([], ["--no-compression"]):
                with self.subTest(dialect=dialect, more=more):
                    secrets = [secret for secret in (GIVEN, MEMBER) if secret in message]
                    echo = base64.b64encode(" ".join(secrets).encode()).decode()
                    lines = [{"text": message}, {"text": "again " + " ".join(secrets)}, {"text": echo},
                             {"text": secrets[-1].encode().hex()}]
                    done = self.whydrop("connect", self.rehearse(), "--in", "jsonl", "--capture", "run.ndjson", "--overwrite",
                                        *more, stdin="".join(json.dumps(line) + "\n" for line in lines).encode())
                    self.assertIn(done.exit, (0, 1), done.err)  # 1: the messages are no whole session of their dialect
                    written = done.out + done.err + pathlib.Path(self.path("run.ndjson")).read_text(encoding="utf-8")
                    for secret in secrets:
                        self.assertNotIn(secret, written)
                        self.assertNotIn(secret.encode().hex(), written)
                        self.assertNotIn(base64.b64encode(secret.encode()).decode()[4:12], written)


class Harmless(harness.Test):
    """Of what real APIs say without a secret nothing is masked."""

    @classmethod
    def of(cls, place):
        return [text for where, text in harmless.corpus() if where == place]

    def requests(self, name):
        return [event for event in self.lines_of(name) if event["kind"] == "request"]

    def test_the_corpus_is_large(self):
        self.assertGreaterEqual(len(harmless.corpus()), 300)

    def test_messages(self):
        messages = self.of("message")
        done = self.whydrop("connect", self.rehearse(), "--in", "jsonl", "--no-compression", "--capture", "run.ndjson",
                            stdin="".join(json.dumps({"text": text}) + "\n" for text in messages).encode())
        self.assertEqual(done.exit, 0, done.err)
        frames = [event for event in self.lines_of("run.ndjson") if event.get("kind") == "frame" and event["opcode"] == 1]
        for side in ("client", "server"):
            self.assertEqual([event["text"] for event in frames if event["from"] == side], messages)

    def test_headers(self):
        own = ("Host", "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Accept", "Sec-WebSocket-Extensions")
        given = [header for header in self.of("header") if header.split(":")[0] not in own]
        arguments = [part for header in given for part in ("-H", header)]
        done = self.whydrop("send", self.rehearse(), "x", *arguments, "--capture", "run.ndjson")
        self.assertEqual(done.exit, 0, done.err)
        sent = [f"{header['name']}: {header['value']}" for header in self.requests("run.ndjson")[0]["headers"]]
        for header in given:
            self.assertIn(header, sent)

    def test_targets_and_subprotocols(self):
        url = self.rehearse()
        for n, target in enumerate(self.of("url")):
            self.whydrop("send", url + target, "x", "--capture", f"{n}.ndjson")
            self.assertEqual(self.requests(f"{n}.ndjson")[0]["start_line"], f"GET {target} HTTP/1.1")
        for n, offered in enumerate(self.of("protocol")):
            subprotocols = [part for name in offered.split(", ") for part in ("-s", name)]
            self.whydrop("send", url, "x", *subprotocols, "--capture", f"p{n}.ndjson")
            headers = {header["name"]: header["value"] for header in self.requests(f"p{n}.ndjson")[0]["headers"]}
            self.assertEqual(headers["Sec-WebSocket-Protocol"], offered)


# Of characters that a form and a JSON text write in other ways.
ODD = 'o*d d~s/e"c+r&e=t%'


def forms_of(secret):
    """All that a body may make of it."""
    plain = [secret, json.dumps(secret)[1:-1], urllib.parse.quote(secret, safe=""), urllib.parse.quote_plus(secret, safe="*"),
             urllib.parse.quote(secret, safe="*").replace("~", "%7E")]
    return plain + [re.sub("%..", lambda escape: escape[0].lower(), form) for form in plain]


CLIENT_SECRET, ACCESS, KEY, SESSION = "cs-8Jwq71LmzT", "at-Pq93kdMsX2", "key-Vb62hsYt", "sn-Rt55wqLpZ9"
CALL_SECRETS = (CLIENT_SECRET, ACCESS, KEY, SESSION, base64.b64encode(f"me:{CLIENT_SECRET}".encode()).decode())
PROFILE = {
    "whydrop_profile": 1, "name": "plain", "title": "A plain API", "about": "For tests.", "status": "generic",
    "variables": {"client_id": {"about": "the client", "default": "me"}, "client_secret": {"about": "its secret", "secret": True},
                  "key": {"about": "the key of the page", "secret": True},
                  "access_token": {"about": "the token", "secret": True}, "session": {"about": "the session", "secret": True}},
    "calls": {
        "token": {"about": "a token", "url": "https://api.test/token?key={key}", "take": {"access_token": "/access_token"},
                  "basic": {"user": "{client_id}", "password": "{client_secret}"},
                  "form": {"grant_type": "client_credentials", "client_secret": "{client_secret}"}},
        "open": {"about": "a session", "url": "https://api.test/sessions/{key}", "headers": {"X-Odd": "{access_token}"},
                 "json": {"odd": "{key}", "list": ["{access_token}"]}, "take": {"session": "/odd/name"}},
        "look": {"about": "asks", "url": "https://api.test/look/{session}", "headers": {"X-Odd": "{session}"}}},
    "session": ["token", "open", "look"], "token": "token", "socket": {"url": "wss://api.test/", "token": "session"}}
# The peer repeats in its answers what it was sent: bodies and headers must hide it all the same.
ANSWERS = [{"json": {"access_token": ACCESS, "note": f"for {CLIENT_SECRET}"}},
           {"json": {"odd": {"name": SESSION}, "echo": KEY}, "headers": {"X-Echo": ACCESS}},
           {"status": 403, "json": {"code": "not.authorized", "message": f"session {SESSION} may not, nor {ACCESS}"}}]


class CallSecrets(harness.Test):
    def setUp(self):
        super().setUp()
        self.write("plain.json", json.dumps(PROFILE))
        for name, value in (("client_secret", CLIENT_SECRET), ("key", KEY)):
            self.write(name, value + "\n")
        self.profile = ["--profile", self.path("plain.json"), "--var", "key=@" + self.path("key"), "--var",
                        "client_secret=@" + self.path("client_secret")]

    def write(self, name, text):
        pathlib.Path(self.path(name)).write_text(text, encoding="utf-8")

    def peer(self, answers):
        stage = peers.Stage(harness.WHYDROP, self.tmp, run.environment(self.tmp))
        self.addCleanup(stage.__exit__)
        return stage.start_http(answers, {})["url"]

    def assert_hidden(self, written):
        for secret in CALL_SECRETS:
            for form in (secret, base64.b64encode(secret.encode()).decode().rstrip("=")[:-1], secret.encode().hex()):
                at = written.find(form.encode())
                self.assertEqual(at, -1, f"{form}: {written[max(at - 300, 0):at + 100]!r}")

    def test_calls_and_what_they_leave(self):
        written, n = b"", 0
        for output in ("log", "messages", "ndjson", "summary"):
            for command, code in ((["token", "get"], 0), (["session", "create"], 5), (["session", "show"], 0)):
                n += 1
                capture = self.path(f"run{n}.ndjson")
                done = self.whydrop(*command, *self.profile, "--at", self.peer(ANSWERS), "--capture", capture, "--with-opinions",
                                    "--output", output, *(["-vv"] if output == "log" else []))
                self.assertEqual(done.exit, code, done.err)
                written += (done.out + done.err).encode()
                if command[1] != "show":
                    again = self.whydrop("inspect", capture, "--output", output)
                    written += (again.out + again.err).encode() + pathlib.Path(capture).read_bytes()
                    self.assertEqual(os.stat(capture).st_mode & 0o777, 0o600)
        self.assert_hidden(written)
        # The store is the one place that holds them, for its owner only; nothing else does.
        stores = list(pathlib.Path(self.tmp).rglob("plain.json"))
        store = next(path for path in stores if path.parent.name == "whydrop")
        self.assertEqual(os.stat(store).st_mode & 0o777, 0o600)
        self.assertEqual(os.stat(store.parent).st_mode & 0o777, 0o700)
        self.assertIn(SESSION, store.read_text(encoding="utf-8"))
        ours = {store, pathlib.Path(self.path("client_secret")), pathlib.Path(self.path("key")), pathlib.Path(self.path("requests.ndjson"))}
        for path in pathlib.Path(self.tmp).rglob("*"):
            if path.is_file() and path not in ours:
                self.assert_hidden(path.read_bytes())
        done = self.whydrop("session", "clear", *self.profile)
        self.assertEqual((done.exit, store.exists()), (0, False), done.err)

    def test_bodies_of_calls(self):
        """The request's body is told whole, but for its secrets, whatever they are called and however they are written."""
        self.write("odd", ODD)
        calls = {"form": {"form": {"grant_type": "client_credentials", "client_secret": "{key}", "odd name": "a {key} b"}},
                 "json": {"json": {"client_secret": "{key}", "odd": ["a {key} b"], "n": 1}}}
        expected = {"form": f"grant_type=client_credentials&client_secret={'x' * 34}&odd%20name=a%20{'x' * 34}%20b",
                    "json": f'{{"client_secret":"{"x" * 19}","odd":["a {"x" * 19} b"],"n":1}}'}
        for kind, call in calls.items():
            profile = {**PROFILE, "calls": {"token": {**PROFILE["calls"]["token"], "basic": None, "method": "POST", "form": None, **call}}}
            profile["calls"]["token"] = {name: value for name, value in profile["calls"]["token"].items() if value is not None}
            profile["session"] = ["token"]
            self.write("plain.json", json.dumps(profile))
            for output in ("log", "ndjson"):
                with self.subTest(kind=kind, output=output):
                    capture = self.path(f"{kind}-{output}.ndjson")
                    done = self.whydrop("token", "get", "--profile", self.path("plain.json"), "--var", "key=@" + self.path("odd"), "--at",
                                        self.peer([ANSWERS[0]]), "--no-store", "--capture", capture, "--output", output)
                    self.assertEqual(done.exit, 0, done.err)
                    again = self.whydrop("inspect", capture, "--output", output)
                    text = pathlib.Path(capture).read_text(encoding="utf-8")
                    for form in forms_of(ODD):
                        self.assertNotIn(form, done.out + done.err + again.out + again.err + text)
                    event = next(event for event in map(json.loads, text.splitlines()) if event["kind"] == "request")
                    self.assertEqual((event["body"], event["body_length"]), (expected[kind], len(expected[kind])))
                    masked = [(row["at"], row["length"]) for row in event["body_redact"]]
                    self.assertEqual(masked, [(at.start(), at.end() - at.start()) for at in re.finditer("x{9,}", expected[kind])])
                    self.assertIn(expected[kind] if output == "log" else json.dumps(expected[kind]), again.out)

    def test_answers_that_cannot_be_read(self):
        long = {"pad": ["p" * 99] * 39, "access_token_of": "x" * 40, "odd": {"name": SESSION * 40}}
        for answers in ([ANSWERS[0], {"end": "short", "json": {"odd": {"name": SESSION}}}],
                        [ANSWERS[0], {"body": '{"odd": {"name": "' + SESSION}],
                        [ANSWERS[0], {"body": f"<b>{SESSION}</b>"}],
                        [ANSWERS[0], {"status": 202, "json": {"odd": {"name": SESSION}}}],
                        [ANSWERS[0], {"json": long}, ANSWERS[0]]):
            with self.subTest(answers=answers):
                capture = self.path("odd.ndjson")
                done = self.whydrop("session", "create", *self.profile, "--at", self.peer(answers), "--capture", capture, "--overwrite",
                                    "--no-store", "-vv")
                self.assertIn(done.exit, (0, 5), done.err)
                self.assert_hidden((done.out + done.err).encode() + pathlib.Path(capture).read_bytes())

    def test_the_process_list_forgets(self):
        process = subprocess.Popen(
            [harness.WHYDROP, "token", "get", *self.profile[:4], "--client-secret", CLIENT_SECRET, "--at",
             self.peer([{"end": "silent"}])], env=run.environment(self.tmp), cwd=self.tmp, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            line = b""
            while b"POST" not in line:
                line = process.stdout.readline()
                self.assertTrue(line, process.stderr)
            shown = pathlib.Path(f"/proc/{process.pid}/cmdline").read_bytes()
            self.assertIn(b"--client-secret\0" + b"x" * len(CLIENT_SECRET) + b"\0", shown)
            self.assert_hidden(shown)
        finally:
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=harness.TIME_LIMIT_S)
        self.assertEqual(process.returncode, 130, err)
        self.assertIn(b"warning: --client-secret shows a secret", err)
        self.assert_hidden(out + err)

    def test_tokens_named_on_the_command_line(self):
        token = "eyJhbGciOiJIUzI1NiJ9.e30." + base64.urlsafe_b64encode(KEY.encode()).decode().rstrip("=")
        for command in (["inspect", token], ["verify", token, "--key", KEY]):
            done = self.whydrop("token", *command)
            self.assert_hidden((done.out + done.err).encode())
            self.assertNotIn(token, done.out + done.err)

    def test_asked_for(self):
        done = self.whydrop("token", "get", *self.profile, "--at", self.peer(ANSWERS), "--print", "--no-store")
        self.assertEqual((done.exit, done.out), (0, ACCESS + "\n"), done.err)
        self.assertFalse(list(pathlib.Path(self.tmp).rglob("whydrop/*.json")))


OTHER = "other-Hx63kdPw"  # what the server says where the session's secret stands
TALKS = {
    **PROFILE, "secret_keys": ["pin"],
    "messages": {
        "client": {"hello": {
            "about": "greets", "match": {"/type": "hello"},
            "schema": {"required": ["pin"], "properties": {"type": {}, "pin": {"type": "number"}, "odd": {"enum": ["a"]}},
                       "additionalProperties": False},
            "example": {"type": "hello", "pin": "{session}", "odd": "{key}", "{session}": 1}}},
        "server": {"welcome": {
            "about": "greets back", "match": {"/type": "welcome"}, "schema": {"required": ["x"]}, "take": {"session": "/odd"},
            "same": [{"pointer": "/odd", "variable": "key", "finding": {"id": "not-same", "says": "{$/odd} is not {key}."}}]}}},
    "signals": [{"message": "welcome", "finding": {"id": "welcomed", "says": "It says {$/odd} to {session}."}}],
    "sequence": {"start": "new", "states": {"new": {"about": "new", "client": {"hello": "met"}}, "met": {"about": "met"}}}}
PLAYED = {
    "whydrop_rehearsal": 1, "profile": "plain", "variables": {"session": SESSION},
    "server": [{"on": "client:hello", "do": [{"send": {"type": "welcome", "odd": OTHER}}]}],
    "scenarios": {"happy": {"says": "greetings", "session": False, "client": [{"send": "hello"}, {"expect": "welcome"}]}}}


class ProfileSecrets(harness.Test):
    """What a profile's messages, checks and rehearsals say, in every output."""

    def setUp(self):
        super().setUp()
        for name, value in (("plain.json", json.dumps(TALKS)), ("played.json", json.dumps(PLAYED)), ("key", KEY), ("session", SESSION),
                            ("message.json", json.dumps({"type": "hello", "pin": KEY, "odd": "b"}))):
            pathlib.Path(self.path(name)).write_text(value, encoding="utf-8")
        self.given = ["--var", "key=@" + self.path("key"), "--var", "session=@" + self.path("session")]
        self.profile = ["--profile", self.path("plain.json")]

    def assert_hidden(self, written):
        for secret in (KEY, SESSION, OTHER):
            at = written.find(secret)
            self.assertEqual(at, -1, f"{secret}: {written[max(at - 300, 0):at + 100]}")

    def all_of(self, *arguments, exits=(0, 1)):
        done = self.whydrop(*arguments)
        self.assertIn(done.exit, exits, done.err)
        return done.out + done.err

    def test_messages_checked_and_played(self):
        for output in ("log", "messages", "ndjson", "summary"):
            shown = ["--output", output, *(["-vv"] if output == "log" else [])]
            played = ["send", *self.profile, *self.given, "--rehearse=happy", "--rehearsal", self.path("played.json"), "--no-store"]
            capture = self.path(f"{output}.ndjson")
            with self.subTest(output=output):
                written = self.all_of(*played, *shown, "--capture", capture, "--with-opinions")
                self.assertIn("hello", written)
                written += pathlib.Path(capture).read_text(encoding="utf-8")
                written += self.all_of("inspect", capture, *self.profile, *shown)
                written += self.all_of(*played, *shown, "--message", "hello", "--strict")
                self.assert_hidden(written)

    def test_replayed_compared_and_checked(self):
        given = {path.name for path in pathlib.Path(self.tmp).iterdir()} | {"check.json"}
        played = ["--rehearse=happy", "--rehearsal", self.path("played.json"), "--no-store"]
        capture = self.path("run.ndjson")
        written = self.all_of("send", *self.profile, *self.given, *played, "-q", "--capture", capture)
        written += self.all_of("replay", capture, *self.profile, *self.given, "--plan")
        for output in ("log", "messages", "ndjson", "summary"):
            again = self.path(f"{output}.ndjson")
            written += self.all_of("replay", capture, *self.profile, *self.given, *played, "--compare", "--capture", again,
                                   "--output", output, "--with-opinions", *(["-vv"] if output == "log" else []))
            for view in ("text", "ndjson", "side-by-side"):
                written += self.all_of("diff", capture, again, "--output", view)
                written += self.all_of("diff", capture, again, "--output", view, "--strict")
        written += self.all_of("replay", capture, *self.profile, *self.given, *played, "--raw", "-vv", "--count", "3")
        written += self.all_of("check", "--from-capture", capture, *self.profile)
        for name, wanted in (("passes", OTHER), ("fails", KEY)):
            check = {"whydrop_check": 1, "name": name, "rehearse": "happy", "step_timeout": "500ms",
                     "target": {"profile": "plain.json", "variables": {
                         "key": {"value": KEY, "secret": True}, "session": {"value": SESSION, "secret": True}}},
                     "steps": [{"send": {"message": "hello"}}, {"expect": {"type": "welcome", "where": {"/odd": wanted}}},
                               {"close": True}]}
            pathlib.Path(self.path("check.json")).write_text(json.dumps(check), encoding="utf-8")
            for report in ("junit", "tap", "ndjson"):
                written += self.all_of("check", self.path("check.json"), "--rehearse", "--rehearsal", self.path("played.json"),
                                       "--report", f"{report}:{self.path(name + '.' + report)}", "--report", "tap")
        self.assert_hidden(written)
        files = [path for path in pathlib.Path(self.tmp).rglob("*") if path.is_file() and path.name not in given]
        self.assertGreater(len(files), 10)
        for path in files:
            self.assert_hidden(path.read_text(encoding="utf-8"))

    def test_what_is_said_offline(self):
        written = self.all_of("profile", "show", *self.profile[1:]) + self.all_of("profile", "check", *self.profile[1:])
        for output in ("text", "ndjson"):
            said = self.all_of("validate", *self.profile, "--output", output, self.path("message.json"))
            self.assertIn("/pin", said)
            written += said
        written += self.all_of("profile", "match", "@" + self.path("message.json"))
        self.assert_hidden(written)

    def test_a_played_server_shows_no_secret_that_it_was_given(self):
        process = self.start("rehearse", *self.profile, *self.given, "--rehearsal", self.path("played.json"))
        written = b""
        while b"\ntry " not in written:
            written += process.stdout.readline()
        self.assertIn(b"(as given)", written)
        self.assert_hidden(written.decode())


if __name__ == "__main__":
    unittest.main()
