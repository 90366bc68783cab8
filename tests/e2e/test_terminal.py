#!/usr/bin/python3
"""`connect` at a terminal: the prompt, what is typed and shown, and the terminal as it was left."""
import fcntl
import os
import pathlib
import pty
import re
import select
import signal
import struct
import sys
import termios
import threading
import time
import unittest

import harness

COLUMNS = 70
# What a peer could say to take a terminal over: a title, a cleared screen, C1 controls, a changed direction, a bell.
HOSTILE_TEXT = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202egnp.exe\r\b"
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|[\r\x07]")


# Runs a command as a shell does, in a process group of its own, and lets it go on after a suspension when SIGUSR1 comes.
JOB = """
import os, signal, sys
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
child = os.fork()
if child == 0:
    os.setpgid(0, 0)
    os.tcsetpgrp(0, os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR1})
    os.execv(sys.argv[1], sys.argv[1:])
while True:
    _, status = os.waitpid(child, os.WUNTRACED)
    if not os.WIFSTOPPED(status):
        sys.exit(os.waitstatus_to_exitcode(status))
    os.write(1, b"[suspended]\\n")
    signal.sigwait({signal.SIGUSR1})
    os.write(1, b"[goes on]\\n")
    os.kill(-child, signal.SIGCONT)
"""


class Terminal(harness.Test):
    def open(self, *arguments, command=(), **env):
        self.master, self.slave = pty.openpty()
        self.addCleanup(os.close, self.master)
        self.addCleanup(os.close, self.slave)
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
        self.before = termios.tcgetattr(self.slave)
        self.shown = b""
        def own_terminal():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        self.process = self.start(*arguments, command=command, stdin=self.slave, stdout=self.slave, stderr=self.slave,
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

    def test_messages_are_sent_again_by_their_number_and_saved(self):
        self.open("connect", self.rehearse(), "--no-compression")
        self.await_shown("101 Switching Protocols")
        self.type("first\r")
        self.await_shown("← text        5 B  first")
        self.type("second\r")
        self.await_shown("← text        6 B  second")
        self.type("/replay 5\r")
        self.await_shown("  10 ")
        self.type("/save reply.txt\r")
        self.await_shown("5 B in reply.txt")
        self.type("/save reply.txt\r")
        self.await_shown("reply.txt: File exists")
        self.type("/save other.txt 8\r")
        self.await_shown("6 B in other.txt")
        self.type("/replay 99\r")
        self.await_shown("/replay 99: no message of this number is kept")
        self.type("/close\r")
        self.assertEqual(self.await_end(), 0)
        self.assertEqual(self.plain().count("→ text        5 B  first"), 2)
        self.assertEqual([pathlib.Path(self.path(name)).read_text(encoding="utf-8") for name in ("reply.txt", "other.txt")], ["first", "second"])

    def test_a_masked_secret_is_not_sent_as_its_mask(self):
        self.open("connect", self.rehearse(), "--no-compression")
        self.await_shown("101 Switching Protocols")
        self.type('{"password":"hunter2-hunter2"}\r')
        self.await_shown("← text       30 B")
        self.type("/replay 5\r")
        self.await_shown("/replay 5: a secret is masked in it")
        self.type("/close\r")
        self.assertEqual(self.await_end(), 0)

    def test_a_message_is_changed_in_an_editor(self):
        def editor(commands):
            path = self.path("editor")
            pathlib.Path(path).write_text(f"#!/bin/sh\n{commands}\n", encoding="utf-8")
            os.chmod(path, 0o700)
            return path

        waits = self.path("wait")
        os.mkfifo(waits)
        self.open("connect", self.rehearse(), "--no-compression", VISUAL="",
                  EDITOR=editor(f'stty -a > {self.path("mode")}; cat {waits} > /dev/null; sed -i "s/hello/changed/" "$1"'))
        self.await_shown("101 Switching Protocols")
        self.type("hello\r")
        self.await_shown("← text        5 B  hello")
        self.type("/edit\r")
        with open(waits, "w", encoding="ascii"):
            pass  # opened once the editor runs
        self.await_shown("← text        7 B  changed")
        self.assertIn(" icanon", pathlib.Path(self.path("mode")).read_text(encoding="utf-8"))
        editor("exit 1")
        self.type("/edit 5\r")
        self.await_shown("it failed")
        editor(":")
        self.type("/edit 5\r")
        self.await_shown("/edit: nothing was changed, and nothing is sent")
        self.type("/close\r")
        self.assertEqual(self.await_end(), 0)

    def test_pasted_lines_are_one_message(self):
        self.open("connect", self.rehearse(), "--no-compression", "--capture", self.path("run.ndjson"))
        self.await_shown("101 Switching Protocols")
        self.type('\x1b[200~{\r  "a": 1\r}\r\x1b[201~')
        self.type("\r")
        self.await_shown("← text       12 B")
        self.type("/close\r")
        self.assertEqual(self.await_end(), 0)
        said = [event["text"] for event in self.lines_of("run.ndjson") if event.get("kind") == "frame" and "text" in event]
        self.assertEqual(said, ['{\n  "a": 1\n}'] * 2)

    def test_a_status_stands_above_the_prompt(self):
        self.open("connect", self.rehearse(), "--no-compression", "--ping-interval", "200ms")
        self.await_shown("101 Switching Protocols")
        self.type("hello\r")
        self.await_shown("1 sent, 1 received · RTT ")
        self.type("/close\r")
        self.assertEqual(self.await_end(), 0)

    def test_a_flood_while_typing_and_a_smaller_terminal(self):
        """1,000 messages a second come and the terminal becomes narrow: what is typed is sent as it is."""
        heard = []

        def talk(connection):
            reader = threading.Thread(target=lambda: heard.append(harness.ByHand.read_frame(connection)[1]))
            reader.start()
            for number in range(1000):
                connection.sendall(harness.text(f"tick {number} 🙂 " + "漢" * 30))
                time.sleep(0.001)
            reader.join()
            harness.ByHand.end(connection)

        with harness.ByHand(talk) as server:
            self.open("connect", server.url, "--no-compression")
            self.await_shown("tick 20 ")
            for key in "typed while":
                self.type(key)
                self.read_some()
            fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
            self.await_shown("tick 500 ")
            self.type(" it rains\r")
            self.await_shown("tick 999 ")
            self.assertEqual(self.await_end(), 7)
        self.assertEqual(heard, [b"typed while it rains"])

    def test_ctrl_z_suspends(self):
        url = self.rehearse()
        self.open("connect", url, "--no-compression", command=[sys.executable, "-S", "-c", JOB, harness.WHYDROP])
        self.await_shown("101 Switching Protocols")
        self.type("half\x1a")
        self.await_shown("[suspended]")
        self.assertEqual(termios.tcgetattr(self.slave), self.before, "the terminal is not as it was while suspended")
        self.process.send_signal(signal.SIGUSR1)
        self.await_shown("[goes on]")
        self.type(" a line\r")
        self.await_shown("← text       11 B  half a line")
        self.type("/close\r")
        self.assertEqual(self.await_end(), 0)

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
