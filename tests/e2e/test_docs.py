#!/usr/bin/python3
"""The commands of the README and of docs/ are run, and print what the pages show.

A block of `sh` holds command lines: each is run, with a server of ours in place of the one that it names, in a folder that
holds the files that it names, and must be used as it is meant to be: what ends with 2 (wrong usage) is a mistake of the page.
A block of `console` holds `$ command` and what it prints; a comment before it names the peer, or it is the echoing server.
WHYDROP_UPDATE_GOLDEN=1 writes what was printed into the pages.
"""
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import unittest

import harness
import run

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FIXTURES = ROOT / "fixtures"
BLOCK = re.compile(r"(?:<!-- peer: (?P<peer>[^\n]*) -->\n)?```(?P<kind>sh|console)\n(?P<text>.*?)```\n", re.S)
# A command that stays is interrupted; what it had to say by then is said.
STAYS_S = 3
AT_ONCE = 8
MISUSED = (2, 70, 126, 127)
# Values that a person has, and that the pages do not name; what is said of what they did not do before.
VALUES = {"WHYDROP_ACCESS_TOKEN": "t" * 20, "WHYDROP_GUEST_TOKEN": "t" * 20, "WHYDROP_CLIENT_SECRET": "s" * 20,
          "WHYDROP_ORGANIZATION_ID": "00000000-0000-4000-8000-000000000000"}
NOT_YET = ("no profile given, and nothing is kept of any",)


def blocks(page, kind):
    return [found for found in BLOCK.finditer(page.read_text(encoding="utf-8")) if found["kind"] == kind]


def command_lines(text):
    """One a line, without its comment."""
    for line in text.splitlines():
        words = shlex.split(line, comments=True)
        if words:
            yield re.sub(r"\s+# [^'\"]*$", "", line)


class Docs(harness.Test):
    def setUp(self):
        super().setUp()
        os.makedirs(self.path("bin"))
        os.symlink(harness.WHYDROP, self.path("bin/whydrop"))

    def in_place(self, command, url):
        """The command with our server's address in place of the one that it names."""
        host = url.split("://")[1].rstrip("/")
        command = re.sub(r"(wss?|https?)://(?:host|localhost:\d+)(?=[/' ]|$)",
                         lambda found: ("http" if found[1].startswith("http") else "ws") + "://" + host, command)
        command = re.sub(r"(?<=whydrop )localhost:\d+", host, command)
        # REST calls and sockets of a profile: nobody is there.
        if "--profile" in command and "--rehearse" not in command and re.search(r"\b(token get|session create|connect|watch)\b", command):
            command += " --at http://127.0.0.1:9"
        return command

    def run_line(self, command, folder):
        """Exit code and output of a command line; one that stays is interrupted."""
        env = {**self.env, "PATH": f"{self.path('bin')}:{self.env['PATH']}"}
        process = subprocess.Popen(["bash", "-c", command], cwd=folder, env=env, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            out, _ = process.communicate(timeout=STAYS_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGINT)
            out, _ = process.communicate(timeout=harness.TIME_LIMIT_S)
        return process.returncode, out.decode(errors="replace")

    def furnished(self, url):
        """A folder with all the files that the pages name."""
        folder = self.path("furnished")
        os.makedirs(folder)
        def write(name, text):
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        start = {"type": "startChat", "queueId": "q"}
        for name in ("payload.json", "request.json", "large.json", "orders/a.json"):
            write(name, json.dumps(start))
        write("orders.ndjson", json.dumps(start) + "\n")
        write("order.json", json.dumps({"type": "object", "required": ["type"]}))
        write("token.txt", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.AAAA\n")
        write("secret.txt", "a-secret-of-the-test\n")
        write("jwks.json", json.dumps({"keys": [{"kty": "oct", "kid": "a", "k": "A" * 43, "alg": "HS256"}]}))
        write("smoke/chat.json", json.dumps({
            "whydrop_check": 1, "name": "a message is delivered", "target": {"profile": "guest-tutorial"},
            "steps": [{"session": True}, {"send": {"message": "message"}}, {"close": True}]}))
        shutil.copytree(FIXTURES / "asyncapi" / "parts", pathlib.Path(folder, "parts"))
        shutil.copy(FIXTURES / "asyncapi" / "chat-v3.yaml", pathlib.Path(folder, "api.yaml"))
        write("browser.har", json.dumps({"log": {"version": "1.2", "creator": {"name": "a", "version": "1"}, "entries": [{
            "startedDateTime": "2026-01-01T00:00:00Z", "_resourceType": "websocket",
            "request": {"method": "GET", "url": "wss://host/path", "headers": []},
            "response": {"status": 101, "headers": []},
            "_webSocketMessages": [{"type": "send", "time": 1767225600.0, "opcode": 1, "data": "{}"}]}]}}))
        write("net-log.json", (FIXTURES / "netlogs/tls.json").read_text(encoding="utf-8"))
        write("widget.har", pathlib.Path(folder, "browser.har").read_text(encoding="utf-8"))
        recorded = subprocess.run([harness.WHYDROP, "send", url, json.dumps(start), "two", "-q", "--capture", "run.ndjson"], cwd=folder,
                                  env=self.env, stdout=subprocess.DEVNULL, check=False)
        self.assertEqual(recorded.returncode, 0)
        self.assertEqual(self.run_line("whydrop export run.ndjson --to pcapng -o drop.pcapng", folder), (0, ""))
        write("keys.txt", "")
        for name in ("good", "bad", "client", "monday", "tuesday"):
            write(f"{name}.ndjson", pathlib.Path(folder, "run.ndjson").read_text(encoding="utf-8"))
        return folder

    def test_commands_are_used_as_they_are_meant_to_be(self):
        url = self.rehearse()
        self.env.update(VALUES)
        furnished = self.furnished(url)
        commands = [(page.name, command) for page in PAGES for block in blocks(page, "sh")
                    for command in command_lines(block["text"])]

        def use(number):
            command, folder = commands[number][1], self.path(f"use-{number}")
            shutil.copytree(furnished, folder)
            if "--capture run.ndjson" in command:
                os.remove(os.path.join(folder, "run.ndjson"))
            return self.run_line(self.in_place(command, url), folder)

        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            ended = list(pool.map(use, range(len(commands))))
        for (page, command), (code, out) in zip(commands, ended):
            with self.subTest(page=page, command=command):
                if not any(words in out for words in NOT_YET):
                    self.assertNotIn(code, MISUSED, out)

    def test_the_version_is_told_with_its_libraries(self):
        told = self.whydrop("--version").out
        self.assertRegex(told, r"\Awhydrop \d+\.\d+\.\d+\nOpenSSL 3\.[^\n]*, zlib 1[^\n]*\n\Z")
        self.assertEqual(self.whydrop("version").out, told)

    def test_pages_show_what_is_printed(self):
        furnished = self.furnished(self.rehearse())
        for page in PAGES:
            text = page.read_text(encoding="utf-8")
            for at, block in enumerate(blocks(page, "console")):
                command, *expected = block["text"].splitlines()
                with self.subTest(page=page.name, command=command):
                    peer = shlex.split(block["peer"] or "rehearse")
                    url = self.stage.start({peer[0]: peer[1:]})["url"]
                    folder = self.path(f"{page.stem}-{at}")
                    shutil.copytree(furnished, folder)
                    _, out = self.run_line(self.in_place(command.removeprefix("$ "), url), folder)
                    out = out.replace(url.split("://")[1].rstrip("/"), "localhost:8080")
                    if run.UPDATE:
                        text = text.replace(block["text"], command + "\n" + out, 1)
                        page.write_text(text, encoding="utf-8")
                    else:
                        self.assertEqual(run.normalise(out, {}), run.normalise("\n".join(expected) + "\n", {}))


if __name__ == "__main__":
    unittest.main()
