#!/usr/bin/python3
"""`connect` at a terminal: the prompt, what is typed and shown, and the terminal as it was left."""
import fcntl
import os
import pty
import re
import select
import struct
import termios
import time
import unittest

import harness

COLUMNS = 70
# What a peer could say to take a terminal over: a title, a cleared screen, C1 controls, a changed direction, a bell.
HOSTILE_TEXT = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202egnp.exe\r\b"
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|[\r\x07]")


class Terminal(harness.Test):
    def open(self, *arguments, **env):
        self.master, self.slave = pty.openpty()
        self.addCleanup(os.close, self.master)
        self.addCleanup(os.close, self.slave)
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
        self.before = termios.tcgetattr(self.slave)
        self.shown = b""
        def own_terminal():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        self.process = self.start(*arguments, stdin=self.slave, stdout=self.slave, stderr=self.slave,
                                  env={"TERM": "xterm-256color", **env}, preexec_fn=own_terminal)

    def type(self, keys):
        os.write(self.master, keys.encode())

    def read_some(self):
        ready, _, _ = select.select([self.master], [], [], 0.05)
        if ready:
            self.shown += os.read(self.master, 65536)
        return bool(ready)

    def await_shown(self, words):
        """Reads until the words are on the terminal, colours and cursor moves left out."""
        deadline = time.monotonic() + 20
        while words not in self.plain():
            self.assertLess(time.monotonic(), deadline, f"{words!r} is not in {self.plain()!r}")
            self.read_some()

    def plain(self):
        return CONTROL.sub("", self.shown.decode(errors="replace"))

    def await_end(self):
        deadline = time.monotonic() + 20
        while self.process.poll() is None:
            self.assertLess(time.monotonic(), deadline, self.plain())
            self.read_some()
        while self.read_some():
            pass
        self.assertEqual(termios.tcgetattr(self.slave), self.before, "the terminal is not as it was")
        return self.process.returncode


class AtATerminal(Terminal):
    def test_lines_are_sent_and_commands_carried_out(self):
        self.open("connect", self.rehearse(), "--no-compression", "--capture", self.path("run.ndjson"))
        self.await_shown("101 Switching Protocols")
        self.type("hello\r")
        self.await_shown("← text        5 B  hello")
        self.type("/ping beat\r")
        self.await_shown("← pong        4 B  (")
        self.type("/binary 00ff\r")
        self.await_shown("← binary      2 B")
        self.type("/help\r")
        self.await_shown("/close [CODE [REASON]]")
        self.type("/nonsense\r")
        self.await_shown("command /nonsense: not known")
        self.type("/close 4000 enough\r")
        self.assertEqual(self.await_end(), 0)
        self.assertIn("4000", self.plain())
        frames = [(event["from"], event.get("name", "text")) for event in self.lines_of("run.ndjson") if event.get("kind") == "frame"]
        self.assertEqual(frames, [(side, name) for name in ("text", "ping", "binary", "close") for side, name in
                                  (("client", name), ("server", {"ping": "pong"}.get(name, name)))])

    def test_messages_are_shown_whole_and_sent_again(self):
        self.open("connect", self.rehearse(), "--no-compression")
        self.await_shown("101 Switching Protocols")
        self.type("/last\r")
        self.await_shown("/last: the server said nothing yet")
        self.type("/again\r")
        self.await_shown("/again: nothing was sent yet")
        long = '{"list":[1,{}],"text":"' + "x" * 100 + '"}'
        self.type(long + "\r")
        self.await_shown("← text      125 B")
        self.type("/last\r")
        self.await_shown('"text": "' + "x" * 10)
        self.type("/show 5\r")
        self.type("/show 99\r")
        self.await_shown("/show 99: no message of this number is kept")
        self.assertEqual(self.plain().count('"list": ['), 2)
        self.type("/again\r")
        self.await_shown("   8 ")
        self.type("/close\r")
        self.assertEqual(self.await_end(), 0)
        self.assertEqual(self.plain().count("→ text      125 B"), 2)

    def test_tab_completes_commands_and_types_of_messages(self):
        url = self.rehearse("--profile", "guest-conversations").replace("ws://", "http://")
        self.open("connect", "--profile", "guest-conversations", "--at", url, "--no-store")
        self.await_shown("connected {")
        self.type("/se\tst\t/routingData/language=de\r")
        self.await_shown("/send startChat /routingData/language=de")
        self.await_shown("→ text      101 B  startChat")
        self.type("x\t\x04\x15/close\r")
        self.assertEqual(self.await_end(), 0)

    def test_the_end_of_input_closes(self):
        self.open("connect", self.rehearse())
        self.await_shown("101 Switching Protocols")
        self.type("\x04")
        self.assertEqual(self.await_end(), 0)

    def test_ctrl_c_closes_and_tells_the_verdict(self):
        self.open("connect", self.rehearse())
        self.await_shown("101 Switching Protocols")
        self.type("half a line\x03")
        self.assertEqual(self.await_end(), 130)
        self.assertIn("You closed the session normally (1000)", self.plain())

    def test_a_drop_ends_the_prompt(self):
        self.open("connect", self.rehearse("--ending", "reset", "--after", "1"))
        self.await_shown("101 Switching Protocols")
        self.type("hello\r")
        self.assertEqual(self.await_end(), 6)
        self.assertIn("reset", self.plain())

    def test_colour(self):
        url = self.rehearse()
        for arguments, env, coloured in (([], {}, True), ([], {"NO_COLOR": "1"}, False), ([], {"TERM": "dumb"}, False),
                                         (["--color", "never"], {}, False), (["--color", "always"], {"NO_COLOR": "1"}, True)):
            with self.subTest(arguments=arguments, env=env):
                self.open("send", url, '{"a":1}', *arguments, **env)
                self.assertEqual(self.await_end(), 0)
                self.assertEqual(bool(re.search(rb"\x1b\[[0-9;]*m", self.shown)), coloured, self.shown)

    def test_a_long_message_is_elided_at_the_width(self):
        self.open("send", self.rehearse(), "0123456789" * 30)
        self.assertEqual(self.await_end(), 0)
        long = [line for line in self.plain().split("\n") if "012345" in line and "text" in line]
        self.assertTrue(long)
        self.assertEqual([line for line in long if len(line) > COLUMNS], [])
        self.assertTrue(all("…" in line for line in long), long)

    def test_what_the_peer_sends_cannot_control_the_terminal(self):
        def talk(connection):
            connection.sendall(harness.text(HOSTILE_TEXT) + harness.frame(0x89, HOSTILE_TEXT.encode()))
            connection.sendall(harness.close(4001, HOSTILE_TEXT))
            connection.shutdown(harness.socket.SHUT_WR)
            while connection.recv(65536):
                pass

        for arguments in (["connect"], ["connect", "--output", "messages"], ["connect", "-vv"], ["connect", "--output", "ndjson"],
                          ["connect", "-q"]):
            with self.subTest(arguments=arguments), harness.ByHand(talk) as server:
                self.open(*arguments, server.url, "--color", "never")
                self.assertEqual(self.await_end(), 7)
                left = CONTROL.sub("", self.shown.replace(b"\r\n", b"\n").decode())
                self.assertNotRegex(left, "[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
                self.assertNotIn(b"\x1b]", self.shown)
                self.assertNotIn(b"\x1b[2J", self.shown)
                self.assertIn("gnp.exe", left)


class Asked(Terminal):
    """Where a file leads a value away from its home, a person is asked: once, and no is the answer of whoever says nothing."""

    def replay_elsewhere(self, *more):
        made, home = self.path("made.ndjson"), self.rehearse()
        self.url = self.rehearse()
        done = self.whydrop("send", f"{home}/?access_token=home-token-8Hd72kQz", "x", "--capture", made)
        self.assertEqual(done.exit, 0, done.err)
        with open(made, encoding="utf-8") as file:
            text = file.read().replace(home.split("/")[2], self.url.split("/")[2])
        with open(made, "w", encoding="utf-8") as file:
            file.write(text)
        self.open("replay", made, *more, WHYDROP_ACCESS_TOKEN="home-token-8Hd72kQz")

    def test_yes_lets_it_go(self):
        self.replay_elsewhere("--count", "2")
        self.await_shown("Send it there? [y/N]")
        self.assertIn("access_token (WHYDROP_ACCESS_TOKEN; its home is not known)", "".join(self.plain().split("\n")))
        self.type("y\r")
        self.await_end()
        self.assertEqual(self.process.returncode, 0, self.plain())
        self.assertEqual(self.plain().count("[y/N]"), 1)

    def test_anything_else_does_not(self):
        for answer in ("\r", "n\r", "\x04"):
            with self.subTest(answer=answer):
                self.replay_elsewhere("--capture", self.path("again.ndjson"))
                self.await_shown("[y/N]")
                self.type(answer)
                self.await_end()
                self.assertEqual(self.process.returncode, 2, self.plain())
                self.assertFalse(os.path.exists(self.path("again.ndjson")))
                os.remove(self.path("made.ndjson"))


if __name__ == "__main__":
    unittest.main()
