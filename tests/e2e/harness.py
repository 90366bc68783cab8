"""What the tests that are programs of their own share: whydrop as a process, its peers, and a server by hand.

Each is run as `test_NAME.py WHYDROP`; WHYDROP_SANITIZE says that memory is not to be measured.
"""
import base64
import fcntl
import hashlib
import json
import os
import pathlib
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import unittest

import peers
import run

WHYDROP = str(pathlib.Path(sys.argv.pop(1)).resolve()) if len(sys.argv) > 1 else ""
SANITIZED = bool(os.environ.get("WHYDROP_SANITIZE"))
TIME_LIMIT_S = 60
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def frame(first, payload):
    size = len(payload)
    if size < 126:
        return bytes([first, size]) + payload
    return (struct.pack("!BBH", first, 126, size) if size < 65536 else struct.pack("!BBQ", first, 127, size)) + payload


def text(payload):
    return frame(0x81, payload.encode())


def close(code, reason=""):
    return frame(0x88, struct.pack("!H", code) + reason.encode())


def unsent(connection):
    """Bytes that the other side's kernel has not acknowledged."""
    return struct.unpack("i", fcntl.ioctl(connection, termios.TIOCOUTQ, b"\0" * 4))[0]


def unread(port):
    """Bytes that the process whose socket has this local port has not read."""
    for line in pathlib.Path("/proc/net/tcp").read_text(encoding="ascii").splitlines():
        fields = line.split()
        if fields[1].endswith(f":{port:04X}") and fields[3] == "01":
            return int(fields[4].split(":")[1], 16)
    raise OSError(f"no connection from port {port}")


def await_until(condition, what):
    """Waits for what can only be looked at."""
    deadline = time.monotonic() + TIME_LIMIT_S
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        select.select([], [], [], 0.005)


class ByHand:
    """A server of one connection: `talk` is called with it after the upgrade, and in its own thread."""

    def __init__(self, talk):
        self.talk, self.head, self.failed = talk, b"", None
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"ws://127.0.0.1:{self.listener.getsockname()[1]}"
        self.thread = threading.Thread(target=self.serve)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)  # ends an accept that no one came for
        self.thread.join(TIME_LIMIT_S)
        self.listener.close()
        if self.failed:
            raise self.failed

    def serve(self):
        try:
            connection, _ = self.listener.accept()
        except OSError:
            return
        with connection:
            try:
                connection.settimeout(TIME_LIMIT_S)
                self.upgrade(connection)
                self.talk(connection)
            except (ConnectionError, EOFError):
                pass  # the client went, as a test may want
            except Exception as error:  # pylint: disable=broad-except
                self.failed = error

    def upgrade(self, connection):
        while not self.head.endswith(b"\r\n\r\n"):
            self.head += self.read(connection, 1)
        key = self.head.lower().index(b"sec-websocket-key:") + 18
        key = self.head[key:self.head.index(b"\r", key)].strip()
        connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                           b"Sec-WebSocket-Accept: " + base64.b64encode(hashlib.sha1(key + GUID).digest()) + b"\r\n\r\n")

    @staticmethod
    def read(connection, size):
        data = b""
        while len(data) < size:
            piece = connection.recv(size - len(data))
            if not piece:
                raise EOFError
            data += piece
        return data

    @classmethod
    def read_frame(cls, connection):
        first, length = cls.read(connection, 2)
        length &= 0x7F
        if length == 126:
            length = struct.unpack("!H", cls.read(connection, 2))[0]
        key = cls.read(connection, 4)
        return first, bytes(byte ^ key[n % 4] for n, byte in enumerate(cls.read(connection, length)))

    @classmethod
    def end(cls, connection, code=1000):
        """Closes from the server's side and waits until the client has gone."""
        connection.sendall(close(code))
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass


class Done:
    """How a process ended."""

    def __init__(self, code, out, err):
        self.exit = code
        self.out, self.err = out.decode(errors="surrogateescape"), err.decode(errors="surrogateescape")


class Test(unittest.TestCase):
    """A directory of its own, peers that end with it, and whydrop."""

    maxDiff = None

    def setUp(self):
        self.tmp = tempfile.mkdtemp(prefix="whydrop-e2e-")
        self.addCleanup(shutil.rmtree, self.tmp)
        self.env = run.environment(self.tmp)
        stage = peers.Stage(WHYDROP, self.tmp, self.env)
        self.addCleanup(stage.__exit__)
        self.stage = stage

    def path(self, name):
        return os.path.join(self.tmp, name)

    def rehearse(self, *arguments):
        return self.stage.start({"rehearse": list(arguments)})["url"]

    def start(self, *arguments, **more):
        more.setdefault("stdin", subprocess.DEVNULL)
        more.setdefault("stdout", subprocess.PIPE)
        more.setdefault("stderr", subprocess.PIPE)
        more.setdefault("cwd", self.tmp)
        process = subprocess.Popen([*(more.pop("command", ()) or (WHYDROP,)), *arguments], env={**self.env, **more.pop("env", {})}, **more)
        self.addCleanup(self.stop, process)
        return process

    @staticmethod
    def stop(process):
        if process.poll() is None:
            process.kill()
            process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream:
                stream.close()

    def finish(self, process, stdin=b"", out=b""):
        """Feeds it, reads all that it prints, and reaps it."""
        limit = threading.Timer(TIME_LIMIT_S, process.kill)
        limit.start()
        try:
            rest, err = process.communicate(stdin or None)
        finally:
            limit.cancel()
        return Done(process.returncode, out + (rest or b""), err or b"")

    def peak_mib(self, *arguments, **more):
        """Exit code and peak memory of a run whose output goes to files "out" and "err"."""
        told, tell = os.pipe()
        with open(self.path("out"), "wb") as out, open(self.path("err"), "wb") as err, open(told, encoding="ascii") as usage:
            process = subprocess.Popen([sys.executable, "-S", "-c", MEASURE, str(tell), WHYDROP, *arguments],
                                       env={**self.env, **more.pop("env", {})}, cwd=self.tmp, stdout=out, stderr=err,
                                       pass_fds=[tell], start_new_session=True, **{"stdin": subprocess.DEVNULL, **more})
            self.addCleanup(self.stop, process)
            os.close(tell)
            limit = threading.Timer(TIME_LIMIT_S, os.killpg, [process.pid, signal.SIGKILL])
            limit.start()
            code, peak_kib = map(int, usage.read().split())
            limit.cancel()
            process.wait()
        return code, peak_kib / 1024

    def whydrop(self, *arguments, stdin=b"", **more):
        if stdin:
            more["stdin"] = subprocess.PIPE
        return self.finish(self.start(*arguments, **more), stdin)

    def await_line(self, process, words, stream="stdout"):
        """What was read of the stream up to the line that holds the words."""
        out = b""
        while words not in out:
            line = getattr(process, stream).readline()
            self.assertTrue(line, f"it ended before {words!r}: {out!r}")
            out += line
        return out

    def lines_of(self, name):
        """A capture's events."""
        return [json.loads(line) for line in pathlib.Path(self.path(name)).read_text(encoding="utf-8").splitlines()]

    def ending_of(self, name):
        return [event["how"] for event in self.lines_of(name) if event.get("kind") == "ending"]


# Runs a command and tells its exit code and peak memory to a file descriptor. A program of its own, since a child's peak
# counts what its parent had when it forked, and a test may hold much.
MEASURE = """
import os, sys
child = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(child, 0)
os.write(int(sys.argv[1]), b"%d %d" % (os.waitstatus_to_exitcode(status), usage.ru_maxrss))
"""


def stopped(process):
    """Stops a process and waits until it stands."""
    process.send_signal(signal.SIGSTOP)
    os.waitpid(process.pid, os.WUNTRACED)
