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
import ssl
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


async def seen_by_python(url, authority=None):
    """What an application makes of a session: how it opened, how many messages came, code, reason and whether it was clean."""
    trust = {"ssl": ssl.create_default_context(cafile=authority)} if authority else {}
    try:
        session = await websockets.connect(url, **trust, open_timeout=1, close_timeout=0.3, ping_interval=None)
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
        """A relay that listens, and its address; `to` is None for a forward proxy."""
        process = self.start("proxy", *(["--to", to] if to else []), *arguments, **more)
        line = process.stderr.readline().decode()
        while "error" in line or "hint" in line:  # of a capture that cannot be written
            line = process.stderr.readline().decode()
        found = re.fullmatch(r"whydrop: listening on ((?:wss?|http)://\S+:\d+), (?:for \S+|a proxy for HTTP and SOCKS5)\n", line)
        self.assertTrue(found, line)
        return process, found[1]

    def verdicts(self, name):
        return [event for event in self.lines_of(name) if event.get("kind") == "verdict" and event["conn"]]

    def senders(self, name):
        """Whose frames a capture holds so far."""
        lines = pathlib.Path(self.path(name)).read_bytes().splitlines(keepends=True)
        return [event["from"] for event in (json.loads(line) for line in lines if line.endswith(b"\n")) if event.get("kind") == "frame"]

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
            # The loop waits, so all is written.
            harness.await_until(lambda: self.senders("run.ndjson") == ["client", "server"] * 3, "the capture")
            process.kill()
            process.wait()
            client.close()
        self.assertIn("▌ The record ends while the session is open", self.whydrop("inspect", "run.ndjson").out)

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

    def authority(self):
        """The file that clients of whydrop's own authority trust."""
        pathlib.Path(self.path("relay-ca.pem")).write_text(self.whydrop("proxy", "ca").out, encoding="ascii")
        kept = pathlib.Path(self.tmp, ".local/state/whydrop/proxy-authority.pem")
        self.assertEqual(kept.stat().st_mode & 0o777, 0o600)
        return self.path("relay-ca.pem")

    def test_tls_on_both_sides_ends_on_both_sides_alike(self):
        authority = self.authority()
        for name, how in {"close": "tls_close_notify", "fin": "tls_truncated", "reset": "reset", "fin-mid-frame": "tls_truncated",
                          "tls-close-notify": "tls_close_notify", "tls-truncated": "tls_truncated"}.items():
            with self.subTest(ending=name):
                server = self.rehearse("--tls", "--ending", name)
                process, relayed = self.proxy(server, "-q", "--once", "--cacert", "ca.pem", "--capture", name, "--with-opinions")
                direct = asyncio.run(seen_by_python(server, self.path("ca.pem")))
                self.assertEqual(asyncio.run(seen_by_python(relayed.replace("ws:", "wss:"), authority)), direct)
                self.finish(process)
                self.assertEqual(self.ending_of(name), [how])
                send = ("send", server, "hello", "-q", "--cacert", "ca.pem", "--capture", name + ".direct", "--with-opinions")
                self.whydrop(*send)
                told = [(one["code"], one["ended_by"], one["how"], one["cause"])
                        for one in (self.verdicts(name)[-1], self.verdicts(name + ".direct")[-1])]
                self.assertEqual(*told)

    def test_a_client_that_does_not_trust_the_authority_is_named(self):
        self.authority()
        server = self.rehearse("--tls")
        process, relayed = self.proxy(server, "--once", "--cacert", "ca.pem")
        self.assertEqual(self.whydrop("send", relayed.replace("ws:", "wss:"), "hello", "-q").exit, 4)
        self.assertIn("the client refused the relay's certificate: handshake_alert: tlsv1 alert unknown ca; "
                      "whydrop proxy ca --install-hint says how it is trusted", self.ended(process, 4).out)

    def test_a_forward_proxy_goes_where_its_clients_say(self):
        authority = self.authority()
        plain, secure = self.rehearse(), self.rehearse("--tls")  # the last one's certificate is ca.pem
        process, url = self.proxy(None, "--cacert", "ca.pem", "--capture", "run.ndjson", "--with-opinions", "-q")
        at = url.split("://")[1]
        for proxy in ("http://" + at, "socks5h://" + at, "socks5://" + at):
            for server in (secure, plain):
                with self.subTest(proxy=proxy, server=server):
                    done = self.whydrop("send", server + "/a", "hello", "-q", "-x", proxy, "--cacert", authority)
                    self.assertEqual(done.exit, 0, done.out + done.err)
        get = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--proxy", "http://" + at]
        codes = [subprocess.run([*get, where], capture_output=True, text=True, env=self.env, check=False).stdout
                 for where in (plain.replace("ws:", "http:") + "/page", "http://127.0.0.1:9/")]
        self.assertEqual(codes, ["426", "502"])
        process.send_signal(signal.SIGINT)
        self.ended(process, 130)
        opened = [(event["role"], event["url"]) for event in self.lines_of("run.ndjson") if event.get("kind") == "open"]
        self.assertEqual(opened, [("websocket", secure + "/a"), ("websocket", plain + "/a")] * 3 +
                         [("http", plain.replace("ws:", "http:") + "/page"), ("http", "http://127.0.0.1:9/")])

    def test_a_server_whose_certificate_is_at_fault_is_told_to_the_client_by_alert(self):
        authority = self.authority()
        for fault, alert in {"expired": "certificate expired", "self-signed": "unknown ca", "hostname": "bad certificate"}.items():
            with self.subTest(fault=fault):
                server = self.rehearse("--tls-fault", fault)
                process, url = self.proxy(None, "-q", "--once", *(["--cacert", "ca.pem"] if fault != "self-signed" else []))
                done = self.whydrop("send", server, "hello", "--cacert", authority, "-x", url)
                self.assertIn(alert, done.out)
                self.ended(process, 4)

    def test_what_it_changes_it_records(self):
        heads = []
        with harness.ByHand(harness.ByHand.end) as server:
            process, url = self.proxy(server.url, "-q", "--once", "--rewrite-host", "--rewrite-origin=https://app.test",
                                      "--capture", "run.ndjson", "--expect-close", "1000")
            self.whydrop("connect", url, "--for", "1ms", "-o", "http://local.test", "-q")
            self.ended(process)
            heads = server.head.decode().split("\r\n")
        at = server.url.split("://")[1]
        self.assertIn("Host: " + at, heads)
        self.assertIn("Origin: https://app.test", heads)
        told = [event["detail"] for event in self.lines_of("run.ndjson") if event.get("kind") == "intervention"]
        self.assertEqual(told, [f"Host: {url.split('://')[1]} became {at}", "Origin: http://local.test became https://app.test"])

    def broken(self, *faults, server=("--ending", "none"), exit_code=6):
        """What an application sees of a session that is broken on purpose, the relay's capture, and its verdict."""
        given = [word for fault in faults for word in ("--fault", fault)]
        process, url = self.proxy(self.rehearse(*server), "-q", "--once", "--capture", "broken", "--overwrite", "--with-opinions", *given)
        seen = asyncio.run(seen_by_python(url))
        self.finish(process)
        verdict = self.verdicts("broken")[-1]
        done = [event["detail"] for event in self.lines_of("broken") if event.get("kind") == "intervention"]
        self.assertEqual({finding["at_fault"] for finding in verdict["findings"]}, {"unknown"})
        self.assertEqual(verdict["cause"], "relay-fault")
        return seen, done, verdict["headline"]

    def test_faults_on_purpose_are_done_and_nobody_is_blamed(self):
        rows = {
            "after:2 reset": ((1006, "", 1), ["reset after 2 messages"]),
            "server after:1 fin": ((1006, "", 1), ["fin after 1 message"]),
            "cut:frame=1@3": ((1006, "", 0), ["frame 1 of the client was cut after 3 B"]),
            "server frame:1 corrupt": ((1006, "", 0), ["the first byte of frame 1 of the server was turned over"]),
            "server type:text swallow": ((1000, "", 0), ["frame 1 of the server, a text, was swallowed"]),
            "server delay=40ms": ((1000, "", 1), ["server delay=40ms"]),
            "refuse=503": (("InvalidStatusCode", "server rejected WebSocket connection: HTTP 503"), ["the upgrade was refused with 503"]),
        }
        for fault, (seen, done) in rows.items():
            with self.subTest(fault=fault):
                got = self.broken(fault)
                self.assertEqual(got[:2], (seen, done))
                self.assertIn(f"The relay broke it on purpose ({done[-1]})", got[2])

    def test_the_same_seed_breaks_the_same(self):
        def swallowed(seed):
            process, url = self.proxy(self.rehearse(), "-q", "--once", "--fault", "client type:text swallow chance:0.5",
                                      "--fault-seed", seed, "--capture", "seeded", "--overwrite")
            self.whydrop("send", url, *"abcdefgh", "-q", "--wait", "200ms")
            self.finish(process)
            return [event["detail"] for event in self.lines_of("seeded") if event.get("kind") == "intervention"]

        first = swallowed("7")
        self.assertEqual(swallowed("7"), first)
        self.assertNotEqual(swallowed("8"), first)

    def test_metrics_count_what_goes_by(self):
        process, url = self.proxy(self.rehearse(), "-q", "--metrics", "0")
        at = process.stderr.readline().decode().split()[-1]
        self.assertEqual(asyncio.run(seen_by_python(url)), (1000, "", 1))
        told = subprocess.run(["curl", "-s", at], capture_output=True, text=True, env=self.env, check=True).stdout
        for line in ("whydrop_sessions_total 1", 'whydrop_endings_total{cause="close-1000"} 1', 'whydrop_messages_total{direction="sent"} 1'):
            self.assertIn(line + "\n", told)
        self.assertRegex(told, r'whydrop_relay_bytes_total\{from="client"\} \d{3}')
        self.assertRegex(told, r"whydrop_relay_added_seconds_count \d+")

    def test_hostile_clients_are_bounded_and_told(self):
        def answered(port, request, most=200_000):
            with socket.create_connection(("127.0.0.1", port), harness.TIME_LIMIT_S) as client:
                with contextlib.suppress(ConnectionError):
                    client.sendall(request)
                got = b""
                with contextlib.suppress(ConnectionError):
                    while len(got) < most and (piece := client.recv(65536)):
                        got += piece
                return got

        process, url = self.proxy(None, "-q", "--max-conns", "20")
        port = int(url.rsplit(":", 1)[1])
        rows = {b"GET http://a/ HTTP/1.1\r\n" + b"A: " + b"x" * 100_000: b"HTTP/1.1 400",  # a head without an end
                b"CONNECT 127.0.0.1:25 HTTP/1.1\r\n\r\n": b"HTTP/1.1 403",
                b"CONNECT a:443\r\nX: y HTTP/1.1\r\n\r\n": b"HTTP/1.1 400",
                b"GET / HTTP/1.1\r\n\r\n": b"HTTP/1.1 400",
                b"\x05\x01\x00\x05\x03\x00\x01\x7f\0\0\1\0\x50": b"\x05\x00\x05\x07",
                b"\x16\x03\x01\x02\x00" + b"\0" * 512: b"HTTP/1.1 400"}
        for request, answer in rows.items():
            with self.subTest(request=request[:40]):
                self.assertEqual(answered(port, request)[:len(answer)], answer)
        silent = [socket.create_connection(("127.0.0.1", port), harness.TIME_LIMIT_S) for _ in range(20)]
        self.assertEqual(answered(port, b"GET / HTTP/1.1\r\n\r\n"), b"")  # one too many
        for client in silent:
            client.close()
        process.send_signal(signal.SIGINT)
        done = self.ended(process, 130)
        self.assertRegex(done.err, r"a client was turned away: \d+ are connected")


if __name__ == "__main__":
    unittest.main()
