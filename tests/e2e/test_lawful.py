#!/usr/bin/python3
"""The rehearsed server and the echoing client against the cases of conformance.py, and against heads of an upgrade that most
endpoints refuse. Run as test_lawful.py WHYDROP."""
import concurrent.futures
import socket
import subprocess
import unittest

import conformance
from harness import TIME_LIMIT_S, WHYDROP, Test

KEY = b"dGhlIHNhbXBsZSBub25jZQ=="
ACCEPT = b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


def read_head(connection):
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = connection.recv(1)
        if not byte:
            break
        head += byte
    return head


def connected(port):
    connection = socket.create_connection(("127.0.0.1", port), TIME_LIMIT_S)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def request(fields=b"", start=b"GET /chat HTTP/1.1\r\n"):
    return (start + b"Host: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: " + KEY + b"\r\n" + fields + b"\r\n")


def tried(talk, *arguments):
    """What `talk` makes of a connection that ends with it; what went wrong is told as words."""
    try:
        return talk(*arguments)
    except (OSError, ValueError, AssertionError) as error:
        return f"{type(error).__name__}: {error}"


class Server(Test):
    """`whydrop rehearse`."""

    def setUp(self):
        super().setUp()
        self.server = self.start("rehearse", stderr=subprocess.STDOUT)
        self.port = int(self.server.stdout.readline().rsplit(b":", 1)[1])

    def play(self, case):
        with connected(self.port) as connection:
            fields = b"Sec-WebSocket-Extensions: " + case.offer.encode() + b"\r\n" if case.offer else b""
            connection.sendall(request(fields))
            head = read_head(connection)
            wanted = case.answer.encode() if case.answer else b""
            came = [line.split(b": ", 1)[1] for line in head.split(b"\r\n") if line.startswith(b"Sec-WebSocket-Extensions: ")]
            if not head.startswith(b"HTTP/1.1 101 ") or came != [wanted][:len(wanted)]:
                return f"{head!r} answered the upgrade"
            return conformance.judge(case, conformance.Reader(connection, False, bool(case.offer)), connection.sendall)

    def test_every_case(self):
        failed = {f"{area}: {case.name}": said for area, case in conformance.cases() if (said := tried(self.play, case))}
        self.assertEqual({}, failed)

    def test_declines_what_cannot_be_met(self):
        for offer in conformance.DECLINED:
            with connected(self.port) as connection:
                connection.sendall(request(b"Sec-WebSocket-Extensions: " + offer.encode() + b"\r\n"))
                head = read_head(connection)
                self.assertTrue(head.startswith(b"HTTP/1.1 101 "), (offer, head))
                self.assertNotIn(b"Extensions", head, offer)

    def test_refuses_a_request_that_breaks_the_rules(self):
        """Each with its status and, in the log, its rule."""
        good = request()
        rows = {
            "key-invalid": (400, good.replace(KEY, b"abc")),
            "key-invalid, none": (400, good.replace(b"Sec-WebSocket-Key: " + KEY + b"\r\n", b"")),
            "version-wrong": (426, good.replace(b"Version: 13", b"Version: 8")),
            "version-wrong, none": (426, good.replace(b"Sec-WebSocket-Version: 13\r\n", b"")),
            "connection-header-wrong": (400, good.replace(b"Connection: Upgrade", b"Connection: keep-alive")),
            "connection-header-wrong, none": (400, good.replace(b"Connection: Upgrade\r\n", b"")),
            "upgrade-header-wrong": (400, good.replace(b"Upgrade: websocket", b"Upgrade: h2c")),
            "upgrade-header-wrong, none": (400, good.replace(b"Upgrade: websocket\r\n", b"")),
            "host-missing": (400, good.replace(b"Host: localhost\r\n", b"")),
            "request-line-wrong": (400, good.replace(b"GET ", b"POST ")),
            "request-line-wrong, 1.0": (400, good.replace(b"HTTP/1.1", b"HTTP/1.0")),
            "header-repeated": (400, good[:-2] + b"Sec-WebSocket-Key: " + KEY + b"\r\n\r\n"),
            "extensions-malformed": (400, good[:-2] + b"Sec-WebSocket-Extensions: ;\r\n\r\n"),
            "extensions-malformed, empty": (400, good[:-2] + b"Sec-WebSocket-Extensions:\r\n\r\n"),
            "head-unacceptable": (400, good[:-2] + b"X: a\0b\r\n\r\n"),
            "head-unacceptable, name": (400, good[:-2] + b"X : a\r\n\r\n"),
            "head-malformed": (400, good[:-2] + b"no colon\r\n\r\n"),
        }
        for name, (status, head) in rows.items():
            with self.subTest(name), connected(self.port) as connection:
                connection.sendall(head)
                answer = read_head(connection)
                self.assertEqual(f"HTTP/1.1 {status} ", answer[:13].decode())
                if status == 426:
                    self.assertIn(b"Sec-WebSocket-Version: 13\r\n", answer)
                lines = self.await_line(self.server, f": {status}\n".encode()).decode()
                self.assertIn(f" {name.split(',')[0]}: ", lines)

    def test_says_who_came_and_how_it_ended(self):
        with connected(self.port) as connection:
            connection.sendall(request(b"User-Agent: tried/1\r\n").replace(b"/chat", b"/chat?token=secret"))
            read_head(connection)
            connection.sendall(conformance.encode(conformance.text("hi"), None))
            self.assertEqual(b"\x88\x1a\x03\xeamask-missing-from-client", connection.recv(100))
            self.assertEqual(b"", connection.recv(100))
        lines = self.await_line(self.server, b"ended: ").decode().splitlines()
        lines[0] = lines[0].replace(lines[0].split()[2], "ADDRESS")
        self.assertEqual(["#1 from ADDRESS tried/1", "#1 GET /chat: 101",
                          "#1 error mask-missing-from-client: The client left its frame 4 unmasked; a client masks every frame. "
                          "(RFC 6455 section 5.1)",
                          '#1 ended: this server failed it with 1002 "mask-missing-from-client"'], lines)


class Lenient(Test):
    """`whydrop rehearse --lenient` tells the same and goes on; what it says itself is lawful."""

    def test_goes_on(self):
        url = self.rehearse("--lenient")
        with connected(int(url.rsplit(":", 1)[1])) as connection:
            connection.sendall(request().replace(KEY, b"abc").replace(b"Connection: Upgrade\r\n", b""))
            self.assertTrue(read_head(connection).startswith(b"HTTP/1.1 101 "))
            mask = b"\1\2\3\4"
            for frame, key in ((conformance.text("unmasked"), None), (conformance.Frame(0xA1, b"RSV2"), mask),
                               (conformance.text(b"\xc3("), mask), (conformance.Frame(0x83, b"opcode 3"), mask),
                               (conformance.ping(b"x" * 126), mask), (conformance.Frame(0x09, b"no FIN"), mask),
                               (conformance.text("good"), mask), (conformance.close(1006), mask)):
                connection.sendall(conformance.encode(frame, key))
            reader = conformance.Reader(connection, False, False)
            came = list(iter(reader.frame, None))
        self.assertEqual([(1, b"unmasked"), (1, b"RSV2"), (10, b"no FIN"), (1, b"good"), (8, b"\x03\xea")], came)


class Client(Test):
    """`whydrop connect --echo`."""

    def setUp(self):
        super().setUp()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(self.listener.close)

    @staticmethod
    def answer(head, fields=b""):
        key = head.lower().index(b"sec-websocket-key:") + 18
        key = head[key:head.index(b"\r", key)].strip()
        return (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
                conformance.accept_key(key) + b"\r\n" + fields + b"\r\n")

    def play(self, case):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(TIME_LIMIT_S)
            with subprocess.Popen([WHYDROP, "connect", f"ws://127.0.0.1:{listener.getsockname()[1]}", "--echo", "-q"], env=self.env,
                                  cwd=self.tmp, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as client:
                connection, _ = listener.accept()
                try:
                    with connection:
                        connection.settimeout(TIME_LIMIT_S)
                        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                        fields = b"Sec-WebSocket-Extensions: " + case.answer.encode() + b"\r\n" if case.answer else b""
                        connection.sendall(self.answer(read_head(connection), fields))
                        return conformance.judge(case, conformance.Reader(connection, True, bool(case.answer)), connection.sendall)
                finally:
                    client.kill()

    def test_every_case(self):
        cases = conformance.cases()
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            said = pool.map(lambda row: tried(self.play, row[1]), cases)
            failed = {f"{area}: {case.name}": words for (area, case), words in zip(cases, said) if words}
        self.assertEqual({}, failed)

    def met(self, answer):
        """How the client takes an answer to its upgrade: its exit code and what it prints. It is closed with 1000 if it opens."""
        client = self.start("send", f"ws://127.0.0.1:{self.listener.getsockname()[1]}", "hi", "--wait", "0s")
        self.listener.settimeout(TIME_LIMIT_S)
        connection, _ = self.listener.accept()
        with connection:
            connection.settimeout(TIME_LIMIT_S)
            head = answer(self.answer(read_head(connection)))
            try:
                connection.sendall(head + conformance.encode(conformance.close(1000), None))
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):
                    pass
            except ConnectionError:
                pass  # it went as soon as it saw the head
        done = self.finish(client)
        return done.exit, done.out + done.err

    def test_refuses_what_most_clients_refuse(self):
        def field(line):
            return lambda good: good[:-2] + line + b"\r\n\r\n"
        rows = {
            "Upgrade names more": (lambda good: good.replace(b"websocket", b"websocket, h2c"), "upgrade-header-wrong"),
            "Upgrade twice": (field(b"Upgrade: websocket"), "upgrade-header-wrong"),
            "empty extensions": (field(b"Sec-WebSocket-Extensions:"), "extensions-malformed"),
            "NUL": (field(b"X: a\0b"), "head-unacceptable"),
            "bare CR": (field(b"X: a\rb"), "head-unacceptable"),
            "empty name": (field(b": value"), "head-unacceptable"),
            "blank in a name": (field(b"X Y: value"), "head-unacceptable"),
            "blank before the colon": (field(b"X : value"), "head-unacceptable"),
            "Accept twice": (lambda good: good[:-2] + good[good.index(b"Sec-WebSocket-Accept"):], "header-repeated"),
            "Protocol twice": (field(b"Sec-WebSocket-Protocol: a\r\nSec-WebSocket-Protocol: a"), "header-repeated"),
        }
        for name, (change, rule) in rows.items():
            with self.subTest(name):
                code, printed = self.met(change)
                self.assertEqual(5, code)
                self.assertIn(rule, printed)

    def test_takes_what_clients_take(self):
        rows = {
            "as it is": lambda good: good,
            "names in another case": lambda good: good.replace(b"Upgrade: websocket", b"UPGRADE: WebSocket"),
            "LF without CR": lambda good: good.replace(b"\r\n", b"\n"),
            "Connection with more": lambda good: good.replace(b"Connection: Upgrade", b"Connection: keep-alive, upgrade"),
            "103 first": lambda good: b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + good,
            "900 fields of 400 bytes": lambda good: good[:-2] + b"".join(b"X-%d: " % n + b"y" * 400 + b"\r\n" for n in range(900)) + b"\r\n",
        }
        for name, change in rows.items():
            with self.subTest(name):
                code, printed = self.met(change)
                self.assertEqual(7, code, printed)  # closed by the server, with 1000


if __name__ == "__main__":
    unittest.main()
