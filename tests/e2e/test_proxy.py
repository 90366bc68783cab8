#!/usr/bin/python3
"""The relay: what a client and a server see of each other through it is what they see without it."""
import asyncio
import concurrent.futures
import contextlib
import hashlib
import json
import os
import pathlib
import re
import signal
import socket
import struct
import subprocess
import threading
import unittest

import websockets

import harness

# Endings that need TLS between the client and the rehearsed server, or minutes.
NOT_PLAIN = {"tls-close-notify", "tls-truncated", "plain"}
HEAVY = {"inflate-bomb", "endless-pings", "empty-fragments", "deep-json", "slow-drip"}
JUDGED = ("close", "close-empty", "close-bad-utf8", "data-after-close", "fin", "reset", "fin-mid-frame", "masked-frame", "rsv1",
          "upgrade-cut-fin", "upgrade-cut-reset", "upgrade-timeout", "refused", "wrong-accept", "no-close-reply")
# A client that waits in vain gives up by itself: it says so as a time-out, a relay as what the client then did.
OF_CLIENT = {"no-close-reply": {"how": "fin"}}
AT_ONCE = 8
REQUEST = (b"GET / HTTP/1.1\r\nHost: example.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
MASKED = b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"  # "Hello", RFC 6455 section 5.7


def endings():
    listed = subprocess.run([harness.WHYDROP, "rehearse", "--list"], capture_output=True, check=True, text=True).stdout
    return [name for name in (line.split()[0] for line in listed.splitlines()) if name not in NOT_PLAIN | HEAVY]


async def seen_by_python(url):
    """What an application makes of a session: how it opened, how many messages came, code, reason and whether it was clean."""
    try:
        session = await websockets.connect(url, open_timeout=1, close_timeout=0.3, ping_interval=None)
    except Exception as error:  # pylint: disable=broad-except
        return type(error).__name__, re.sub(r":\d{4,5}\b", "", str(error))
    messages = 0
    with contextlib.suppress(asyncio.TimeoutError, websockets.ConnectionClosed):
        await session.send("hello")
        while True:
            await asyncio.wait_for(session.recv(), 0.3)
            messages += 1
    await session.close()
    return session.close_code, session.close_reason, messages


class Proxy(harness.Test):
    def proxy(self, to, *arguments, **more):
        """A relay that listens, and its address."""
        process = self.start("proxy", "--to", to, *arguments, **more)
        line = process.stderr.readline().decode()
        while "error" in line or "hint" in line:  # of a capture that cannot be written
            line = process.stderr.readline().decode()
        found = re.fullmatch(r"whydrop: listening on (wss?://\S+:\d+), for \S+\n", line)
        self.assertTrue(found, line)
        return process, found[1]

    def verdicts(self, name):
        return [event for event in self.lines_of(name) if event.get("kind") == "verdict" and event["conn"]]

    def ended(self, process, exit_code=0):
        done = self.finish(process)
        self.assertEqual(done.exit, exit_code, done.err)
        return done

    def test_an_application_sees_each_ending_as_without_it(self):
        async def both(name):
            async with limit:
                server = self.rehearse("--ending", name)
                _, relayed = self.proxy(server, "-q")
                return name, await seen_by_python(server), await seen_by_python(relayed)

        async def all_of_them():
            nonlocal limit
            limit = asyncio.Semaphore(AT_ONCE)
            return await asyncio.gather(*(both(name) for name in endings()))

        limit = None
        for name, direct, relayed in asyncio.run(all_of_them()):
            with self.subTest(ending=name):
                self.assertEqual(relayed, direct)

    def test_its_verdict_is_that_of_the_client(self):
        told = ("code", "code_source", "browser_code", "browser_clean", "ended_by", "how", "cause")

        def both(name):
            server = self.rehearse("--ending", name)
            process, relayed = self.proxy(server, "-q", "--once", "--capture", name + ".relay", "--with-opinions")
            send = ("send", "hello", "--connect-timeout", "700ms", "--timeout", "1500ms", "--with-opinions", "-q")
            clients = [self.start(*send[:1], url, *send[1:], "--capture", name + how)
                       for url, how in ((server, ".direct"), (relayed, ".through"))]
            return name, [self.finish(client).exit for client in clients], self.finish(process)

        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            judged = list(pool.map(both, JUDGED))
        for name, exits, _ in judged:
            with self.subTest(ending=name):
                self.assertEqual(exits[0], exits[1])
                direct, relay = (self.verdicts(name + kind)[-1] for kind in (".direct", ".relay"))
                self.assertEqual({key: relay[key] for key in told},
                                 {**{key: direct[key] for key in told}, **OF_CLIENT.get(name, {})})

    def through(self, url, path="/"):
        """A client by hand, its session open."""
        client = socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1])), harness.TIME_LIMIT_S)
        self.addCleanup(client.close)
        client.sendall(REQUEST.replace(b"/ ", path.encode() + b" ", 1))
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += client.recv(1)
        self.assertTrue(head.startswith(b"HTTP/1.1 101"), head)
        return client

    def test_bytes_of_both_directions_are_the_same_at_both_ends(self):
        seen = {}
        for what, sizes in {"chance": [3_000_000], "single bytes": [1] * 400, "64 MiB message": [64 << 20]}.items():
            blocks = [os.urandom(size) for size in sizes]
            if what == "64 MiB message":
                blocks.insert(0, struct.pack("!BBQ", 0x82, 127, 64 << 20))

            def talk(connection, blocks=blocks):
                seen["at server"] = hashlib.sha256()
                writer = threading.Thread(target=lambda: [connection.sendall(block) for block in blocks])
                writer.start()
                while piece := connection.recv(1 << 20):
                    seen["at server"].update(piece)
                writer.join()
                connection.sendall(b"last")  # behind the client's FIN

            with self.subTest(what=what), harness.ByHand(talk) as server:
                process, url = self.proxy(server.url, "-q", "--once")
                client = self.through(url)
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                at_client = hashlib.sha256()

                def listen(client=client, at_client=at_client):
                    while piece := client.recv(1 << 20):
                        at_client.update(piece)

                reader = threading.Thread(target=listen)
                reader.start()
                for block in blocks:
                    client.sendall(block)
                client.shutdown(socket.SHUT_WR)
                reader.join(harness.TIME_LIMIT_S)
                sent = b"".join(blocks)
                self.assertEqual(at_client.hexdigest(), hashlib.sha256(sent + b"last").hexdigest())
                self.assertEqual(seen["at server"].hexdigest(), hashlib.sha256(sent).hexdigest())
                self.finish(process)

    def test_a_kill_leaves_what_was_relayed(self):
        def talk(connection):
            while piece := connection.recv(65536):
                connection.sendall(harness.text("seen"))
                del piece

        with harness.ByHand(talk) as server:
            process, url = self.proxy(server.url, "-q", "--capture", "run.ndjson")
            client = self.through(url)
            for _ in range(3):
                client.sendall(MASKED)
                self.assertEqual(client.recv(6), harness.text("seen"))
            process.kill()
            client.close()
        frames = [event["from"] for event in self.lines_of("run.ndjson") if event.get("kind") == "frame"]
        self.assertEqual(frames[:5], ["client", "server"] * 2 + ["client"])

    def test_a_full_disk_stops_the_capture_and_not_the_relay(self):
        server = self.rehearse()
        process, url = self.proxy(server, "-q", "--once", "--capture", "/dev/full", "--append")
        self.assertEqual(asyncio.run(seen_by_python(url)), (1000, "", 1))
        self.ended(process, 3)

    def test_a_signal_ends_what_is_open(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=number):
                server = self.rehearse()
                process, url = self.proxy(server, "--capture", f"{number}.ndjson")
                client = self.through(url)
                process.send_signal(number)
                self.assertEqual(client.recv(1), b"")
                done = self.ended(process, 128 + number)
                self.assertIn("▌ Interrupted: the relay ended the session without a Close frame.", done.out)
                self.assertEqual(self.ending_of(f"{number}.ndjson"), ["interrupted"])

    def test_a_server_that_is_not_there(self):
        port = self.stage.start({"unused_port": None})["port"]
        process, url = self.proxy(f"ws://127.0.0.1:{port}", "--once")
        self.assertEqual(asyncio.run(seen_by_python(url)),
                         ("InvalidStatusCode", "server rejected WebSocket connection: HTTP 502"))
        done = self.ended(process, 4)
        self.assertIn(f"▌ Never connected to 127.0.0.1:{port}: connection refused.", done.out)


if __name__ == "__main__":
    unittest.main()
