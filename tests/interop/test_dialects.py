#!/usr/bin/python3
"""Dialects against the software that speaks them: servers of the npm registry, which whydrop's client talks to well and badly, and
its clients, which talk to a rehearsed server. Run as test_dialects.py WHYDROP.

The servers' part is written down in dialects.json (WHYDROP_UPDATE_GOLDEN=1 rewrites it): exit code, which dialect was recognised, what
leads, and the headline. The packages are installed into $WHYDROP_LAB, or else into a temporary folder; where that cannot be done
nothing is run.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "fieldguide"))

import lab as labs  # pylint: disable=wrong-import-position

WHYDROP = str(pathlib.Path(sys.argv.pop(1)).resolve()) if len(sys.argv) > 1 else ""
GOLDEN = HERE / "dialects.json"
SIO = "ws://127.0.0.1:{port}/socket.io/"
# CONNECT of MQTT 3.1.1 with a keep alive of one second
XMPP = "ws://127.0.0.1:{port}/xmpp-websocket"
ROMEO = ["--profile", "xmpp", "--var", "url=" + XMPP, "--message", "auth"]
MQTT_CONNECT = '{"base64":"EA0ABE1RVFQEAgABAAFj"}'
GRAPHQL_URL = "ws://127.0.0.1:{port}/"
GRAPHQL = "url=" + GRAPHQL_URL
EIO4 = SIO + "?EIO=4&transport=websocket"

# case: the server with its arguments (none: mosquitto; prosody), whydrop's arguments, and what is typed
SERVERS = {
    "socket.io-happy": (["socket.io"], ["send", "--profile", "socket.io", "--var", "url=" + SIO, "--message", "event"]),
    "socket.io-recognised": (["socket.io"], ["connect", EIO4, "--execute", "40", "--replies", "2"]),
    "socket.io-keeps-alive": (["socket.io", "300", "200"],
                              ["connect", "--profile", "socket.io", "--var", "url=" + SIO, "--for", "1200ms"]),
    "socket.io-no-pong": (["socket.io", "300", "200"], ["connect", EIO4, "--execute", "40", "--for", "10s"]),
    "socket.io-event-before-connect": (["socket.io"], ["connect", EIO4, "--execute", '42["message","hi"]', "--for", "10s"]),
    "socket.io-not-a-packet": (["socket.io"], ["connect", EIO4, "--execute", '{"event":"message"}', "--for", "10s"]),
    "socket.io-refused": (["socket.io", "300", "200"], ["connect", EIO4, "--execute", '40{"token":"bad"}', "--for", "10s"]),
    "socket.io-no-connect": (["socket.io", "25000", "20000", "300"], ["connect", EIO4, "--for", "10s"]),
    "socket.io-no-version": (["socket.io"], ["connect", SIO, "--for", "10s"]),
    "socket.io-old-version": (["socket.io"], ["connect", SIO + "?EIO=3&transport=websocket", "--for", "10s"]),
    "engine.io-happy": (["engine.io"], ["send", "--profile", "engine.io", "--var", "url=ws://127.0.0.1:{port}/engine.io/",
                                        "--message", "message", "--expect", "/data=Hello"]),
    "engine.io-client-pings": (["engine.io"], ["connect", "ws://127.0.0.1:{port}/engine.io/?EIO=4&transport=websocket",
                                               "--execute", "2", "--for", "10s"]),
    "mqtt-aedes": (["aedes"], ["send", "--profile", "mqtt", "--var", "url=ws://127.0.0.1:{port}/", "--message", "subscribe",
                               "--message", "publish", "--expect", "/packet=SUBACK", "--expect", "/payload=Hello"]),
    "mqtt-mosquitto": ([], ["send", "--profile", "mqtt", "--var", "url=ws://127.0.0.1:{port}/", "--message", "subscribe",
                            "--message", "publish", "--expect", "/packet=SUBACK", "--expect", "/payload=Hello"]),
    "mqtt-mosquitto-5": ([], ["send", "--profile", "mqtt", "--var", "url=ws://127.0.0.1:{port}/", "--var", "version=5",
                              "--message", "subscribe", "--message", "publish", "--expect", "/packet=SUBACK", "--expect", "/payload=Hello"]),
    "mqtt-keeps-alive": ([], ["connect", "--profile", "mqtt", "--var", "url=ws://127.0.0.1:{port}/", "--var", "keep_alive=1", "--for", "3s"]),
    "mqtt-no-ping": (["aedes"], ["connect", "-s", "mqtt", "ws://127.0.0.1:{port}/", "--in", "jsonl", "--for", "10s"], MQTT_CONNECT),
    "mqtt-text": ([], ["connect", "-s", "mqtt", "ws://127.0.0.1:{port}/", "--execute", '{"topic":"a"}', "--for", "10s"]),
    "mqtt-publish-before-connect": ([], ["connect", "-s", "mqtt", "ws://127.0.0.1:{port}/", "--in", "jsonl", "--for", "10s"],
                                    '{"base64":"MAMAAWE="}'),
    "mqtt-no-subprotocol": ([], ["connect", "ws://127.0.0.1:{port}/", "--in", "jsonl", "--for", "2s"], '{"base64":"EA0ABE1RVFQEAgA8AAFj"}'),
    "graphql-ws-happy": (["graphql-ws"], ["send", "--profile", "graphql-transport-ws", "--var", GRAPHQL, "--var", "query={ hello }",
                                          "--message", "subscribe", "--expect", "/payload/data/hello=hi"]),
    "graphql-ws-recognised": (["graphql-ws"], ["connect", GRAPHQL_URL, "-s", "graphql-transport-ws", "--execute", '{"type":"connection_init"}']),
    "graphql-ws-no-subprotocol": (["graphql-ws"], ["connect", GRAPHQL_URL, "--execute", '{"type":"connection_init"}', "--for", "10s"]),
    "graphql-ws-subscribe-before-init": (["graphql-ws"], ["connect", GRAPHQL_URL, "-s", "graphql-transport-ws", "--execute",
                                                          '{"id":"1","type":"subscribe","payload":{"query":"{ hello }"}}', "--for", "10s"]),
    "graphql-ws-second-init": (["graphql-ws"], ["connect", GRAPHQL_URL, "-s", "graphql-transport-ws", "--for", "10s"],
                               '{"type":"connection_init"}\n{"type":"connection_init"}\n'),
    "graphql-ws-legacy-start": (["graphql-ws"], ["connect", GRAPHQL_URL, "-s", "graphql-transport-ws", "--for", "10s"],
                                '{"type":"connection_init"}\n{"id":"1","type":"start","payload":{"query":"{ hello }"}}\n'),
    "graphql-ws-forbidden": (["graphql-ws"], ["connect", GRAPHQL_URL, "-s", "graphql-transport-ws", "--for", "10s"],
                             '{"type":"connection_init","payload":{"token":"bad"}}\n'),
    "subscriptions-transport-ws-happy": (["subscriptions-transport-ws"], ["connect", GRAPHQL_URL, "-s", "graphql-ws", "--replies", "3"],
                                         '{"type":"connection_init","payload":{}}\n{"id":"1","type":"start","payload":{"query":"{ hello }"}}\n'),
    "subscriptions-transport-ws-new-subprotocol": (["subscriptions-transport-ws"], ["connect", GRAPHQL_URL, "-s", "graphql-transport-ws",
                                                                                    "--for", "10s"]),
    "sockjs-not-framed": (["sockjs"], ["connect", "--profile", "sockjs", "--var", "url=ws://127.0.0.1:{port}/echo", "--execute", "hello",
                                        "--for", "10s"]),
    "sockjs-happy": (["sockjs"], ["send", "--profile", "sockjs", "--var", "url=ws://127.0.0.1:{port}/echo", "--message", "send",
                                  "--expect", "/messages/0=Hello"]),
    "stomp-happy": (["stomp"], ["send", "--profile", "stomp", "--var", "url=ws://127.0.0.1:{port}/ws", "--message", "subscribe",
                                "--message", "send", "--message", "disconnect", "--expect", "/command=RECEIPT"]),
    "stomp-keeps-alive": (["stomp", "300"], ["connect", "--profile", "stomp", "--var", "url=ws://127.0.0.1:{port}/ws",
                                             "--var", "heart_beat=300,0", "--for", "2s"]),
    "stomp-no-beat": (["stomp", "300"], ["connect", "ws://127.0.0.1:{port}/ws", "--in", "jsonl", "--for", "10s"],
                      '"CONNECT\\naccept-version:1.2\\nhost:/\\nheart-beat:300,0\\n\\n\\u0000"'),
    "stomp-no-nul": (["stomp"], ["connect", "-s", "v12.stomp", "ws://127.0.0.1:{port}/ws", "--in", "jsonl", "--for", "1s"],
                     '"CONNECT\\naccept-version:1.2\\nhost:/\\n\\n"'),
    "stomp-not-a-frame": (["stomp"], ["connect", "-s", "v12.stomp", "ws://127.0.0.1:{port}/ws", "--execute", '{"a":1}', "--for", "1s"]),
    "xmpp-happy": (["prosody"], ["send", *ROMEO, "--message", "open", "--message", "bind", "--message", "presence", "--message", "message",
                                 "--var", "auth=AHJvbWVvAHNlY3JldA==", "--expect", "/children/body/text=Hello"]),
    "xmpp-refused": (["prosody"], ["send", *ROMEO, "--var", "auth=AHJvbWVvAHdyb25n", "--expect", "/element=failure"]),
    "xmpp-no-subprotocol": (["prosody"], ["connect", XMPP, "--for", "10s"]),
    "xmpp-message-before-login": (["prosody"], ["connect", XMPP, "-s", "xmpp", "--in", "jsonl", "--for", "1s"],
                                  "\n".join(json.dumps(text) for text in (
                                      "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='localhost' version='1.0'/>",
                                      "<message xmlns='jabber:client' to='romeo@localhost'><body>Hi</body></message>"))),
    "xmpp-not-xml": (["prosody"], ["connect", XMPP, "-s", "xmpp", "--execute", '{"a":1}', "--for", "10s"]),
}

# client of the registry: profile that is rehearsed, and what the client says of it
CLIENTS = {
    "socket.io-client": ("socket.io", "connected, echoed Hi, pinged, closed"),
    "graphql-ws": ("graphql-transport-ws", "connected, next, complete, closed"),
    "mqtt": ("mqtt", "connected, subscribed, echoed Hi, closed"),
    "ocpp-rpc": ("ocpp-1.6", "connected with ocpp1.6, Accepted, beat, closed"),
    "ocpp-rpc-2.0.1": ("ocpp-2.0.1", "connected with ocpp2.0.1, Accepted, beat, closed"),
    "phoenix": ("phoenix", "joined, echoed Hi, closed"),
    "signalr": ("signalr", "shook hands, 1 + 2 = 3, closed"),
    "stompjs": ("stomp", "connected, echoed Hi, closed"),
    "mqtt-5": ("mqtt", "connected, subscribed, echoed Hi, closed"),
    "xmpp": ("xmpp", "online as romeo@localhost/whydrop, echoed Hi, closed"),
}


def shown(text):
    """Without what differs from run to run: times, ports, and whether a message or the server's greeting came first."""
    text = re.sub(r"after (open|the session opened)\b", "after <begin>", text)
    return re.sub(r"less than 1 ms|\d+(\.\d+)? (ns|µs|us|ms|s)\b", "<t>", re.sub(r"127\.0\.0\.1:\d+", "{address}", text))


class Dialects(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.lab = labs.Lab(os.environ.get("WHYDROP_LAB"), install=False)
        cls.addClassCleanup(cls.lab.end)
        try:
            cls.lab.prepare()
        except (OSError, subprocess.CalledProcessError) as why:
            raise unittest.SkipTest(f"npm cannot install: {why}") from why

    def talked(self, name):
        server, args, *typed = SERVERS[name]
        daemons = {"": self.lab.mosquitto, "prosody": self.lab.prosody}
        name_of_server = " ".join(server)
        port = self.lab.shared(name_of_server, lambda: (daemons[name_of_server]() if name_of_server in daemons else self.lab.node(*server))[1])
        args = args + (["--no-store"] if "--profile" in args else [])
        done = subprocess.run([WHYDROP, *(arg.replace("{port}", str(port)) for arg in args), "--output", "ndjson"],
                              capture_output=True, text=True, timeout=60, check=False,
                              **({"input": typed[0]} if typed else {"stdin": subprocess.DEVNULL}))
        events = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertTrue(events, done.stderr)
        verdict = [event for event in events if event["kind"] == "verdict"][-1]
        known = [event["says"].split(" recognised")[0] for event in events if event.get("id") == "dialect-recognised"]
        return {"exit": done.returncode, "recognised": known, "cause": verdict["cause"], "headline": shown(verdict["headline"])}

    def test_each_server_is_understood(self):
        told = {name: self.talked(name) for name in SERVERS}
        if os.environ.get("WHYDROP_UPDATE_GOLDEN"):
            GOLDEN.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        self.assertEqual(json.loads(GOLDEN.read_text(encoding="utf-8")), told)

    def test_each_client_finds_its_server(self):
        for client, (profile, says) in CLIENTS.items():
            with self.subTest(client=client), subprocess.Popen([WHYDROP, "rehearse", "--profile", profile, "--once"],
                                                               stdout=subprocess.PIPE, text=True) as server:
                rows = []
                while not rows or not rows[-1].startswith("try "):
                    rows.append(server.stdout.readline())
                base = re.search(r"http://127\.0\.0\.1:\d+", rows[-1])[0]
                said = subprocess.run(["node", str(HERE / "peers/dialect_clients.js"), client, base], timeout=60, capture_output=True,
                                      text=True, check=False, stdin=subprocess.DEVNULL,
                                      env={**os.environ, "NODE_PATH": str(self.lab.folder / "npm/node_modules")})
                if said.returncode != 0:
                    server.kill()
                told = server.stdout.read().splitlines()
                self.assertEqual(says + "\n", said.stdout + said.stderr, told)
                talk = [line for line in told if " client: " in line or " server: " in line or "cannot" in line]
                self.assertEqual([], [line for line in talk if ";" in line or "no known type" in line or "cannot" in line])


if __name__ == "__main__":
    unittest.main()
