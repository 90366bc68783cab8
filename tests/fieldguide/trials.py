"""One trial a row of fixtures/fieldguide that was measured: starts the software, does what triggers it, returns what came."""
import importlib.util
import json
import os
import signal
import subprocess
import time

import faults
import lab as labs
from wire import Outcome, Wire

TRIALS = {}


def trial(software, row, **options):
    """Marks the trial of a row. Options: seconds, the shortened timer where the row's is its documented default."""
    def keep(function):
        TRIALS[software, row] = (function, options)
        return function
    return keep


def sizes(connect, limit, binary=False, wait=20):
    """Sends `limit` bytes, which must come back, then one more on a new connection; returns that outcome with what passed."""
    w = connect()
    (w.binary if binary else w.text)(b"x" * limit)
    answer = w.wait_message(wait)
    passed = limit if answer is not None and len(answer) == limit else None
    w = connect()
    (w.binary if binary else w.text)(b"x" * (limit + 1))
    out = w.until_end(wait)
    out.passed = passed
    return out


BAD_UTF8 = b"\xc3\x28"


def bad_utf8(port, path="/"):
    w = Wire(port, path)
    w.text(BAD_UTF8)
    return w.until_end(5)


def say(port, path, text, wait=10, **options):
    w = Wire(port, path, **options)
    w.text(text)
    return w.until_end(wait)


# ---- intermediaries ---------------------------------------------------------------------------------------------------

def echo(lab):
    """A backend that echoes on every path and sends no pings."""
    return lab.shared("echo", lambda: lab.node("quiet"))[1]


def proxied(name, *more):
    return lambda lab: lab.shared((name, "echo", *more), lambda: getattr(lab, name)(echo(lab), *more))[1]


def idle_of(name, *more, wait=80):
    def run(lab):
        w = Wire(proxied(name, *more)(lab))
        w.text("hello")
        w.wait_message()
        return w.until_end(wait)
    return run


def pushed_to(port, wait):
    """A session in which the server sends every second, and the client nothing."""
    w = Wire(port)
    out = w.until_end(wait)
    return out if len(out.messages) > 3 else AssertionError("the backend pushed nothing")


def refusing(name):
    return lambda lab: Wire(getattr(lab, name)(labs.free_port())[1], wait=40).outcome


def silent(name, wait=80):
    return lambda lab: Wire(getattr(lab, name)(labs.deaf_port())[1], wait=wait).outcome


def cutting(name):
    return lambda lab: Wire(getattr(lab, name)(labs.cutting_port())[1], wait=40).outcome


trial("h2o", "idle", seconds=3)(idle_of("h2o", "        proxy.websocket.timeout: 3000"))
trial("h2o", "backend-silent")(silent("h2o"))
trial("trafficserver", "idle", seconds=10)(idle_of("trafficserver"))
trial("nghttpx", "idle")(idle_of("nghttpx"))
trial("nghttpx", "backend-silent")(silent("nghttpx"))
trial("lighttpd", "idle")(lambda lab: pushed_to(lab.lighttpd(node(lab, "pushing"))[1], 80))
trial("nginx", "idle")(idle_of("nginx"))
trial("nginx", "backend-silent")(silent("nginx"))
trial("haproxy", "backend-silent", seconds=4)(silent("haproxy"))
trial("haproxy", "idle", seconds=4)(idle_of("haproxy"))
trial("apache", "idle")(idle_of("apache"))
trial("apache", "backend-silent")(silent("apache"))
trial("varnish", "idle")(idle_of("varnish"))
for proxy in ("h2o", "trafficserver", "nghttpx", "lighttpd", "nginx", "haproxy", "apache", "varnish", "squid"):
    trial(proxy, "backend-refuses")(refusing(proxy))
    trial(proxy, "backend-gone")(cutting(proxy))
trial("squid", "bad-upgrade")(lambda lab: Wire(proxied("squid")(lab)).outcome)


@trial("nginx", "head-size")
def _(lab):
    port = proxied("nginx")(lab)
    passed = 8192 if Wire(port, headers={"Cookie": "x" * (8192 - len("Cookie: ") - 2)}).outcome.status == 101 else None
    out = Wire(port, headers={"Cookie": "x" * (8193 - len("Cookie: ") - 2)}).outcome
    out.passed = passed
    return out


@trial("nginx", "upgrade-not-passed")
def _(lab):
    return Wire(proxied("nginx")(lab), "/plain/").outcome


trial("http-proxy", "backend-refuses")(lambda lab: Wire(lab.node("http-proxy", labs.free_port())[1]).outcome)


@trial("http-proxy", "backend-gone")
def _(lab):
    backend, port = lab.node("quiet")
    w = Wire(lab.node("http-proxy", port)[1])
    w.text("hello")
    w.wait_message()
    backend.kill()
    return w.until_end(10)


# ---- servers and libraries --------------------------------------------------------------------------------------------

def tomcat(lab):
    return lab.shared("tomcat", lab.tomcat)[1]


trial("tomcat", "message-size")(lambda lab: sizes(lambda: Wire(tomcat(lab), "/ws"), 8192))
trial("tomcat", "handler-error")(lambda lab: say(tomcat(lab), "/ws", "raise"))
trial("tomcat", "bad-utf8")(lambda lab: bad_utf8(tomcat(lab), "/ws"))
trial("tomcat", "wrong-path")(lambda lab: Wire(tomcat(lab), "/nowhere").outcome)


@trial("tomcat", "idle", seconds=10)
def _(lab):
    w = Wire(tomcat(lab), "/ws")
    w.text("idle")
    w.wait_message()
    return w.until_end(30)


@trial("tomcat", "stops")
def _(lab):
    process, port = lab.tomcat()
    w = Wire(port, "/ws")
    w.text("hello")
    w.wait_message()
    process.stdin.write(b"\n")
    process.stdin.flush()
    return w.until_end(30)


def uvicorn(lab, kind="websockets"):
    return lab.shared(("uvicorn", kind), lambda: lab.python("uvicorn", kind))[1]


trial("uvicorn", "handler-error")(lambda lab: say(uvicorn(lab), "/raise", "hello"))
trial("uvicorn", "handler-error-wsproto")(lambda lab: say(uvicorn(lab, "wsproto"), "/raise", "hello"))
trial("uvicorn", "wrong-path")(lambda lab: Wire(uvicorn(lab), "/nowhere").outcome)
trial("uvicorn", "message-size")(lambda lab: sizes(lambda: Wire(uvicorn(lab), "/ws"), 1 << 24, binary=True))
trial("uvicorn", "no-pong")(lambda lab: Wire(uvicorn(lab), "/ws").until_end(60, pong=False))


def stopped(start, path="/ws"):
    def run(lab):
        process, port = start(lab)
        w = Wire(port, path)
        w.text("hello")
        w.wait_message()
        os.kill(process.pid, signal.SIGTERM)
        return w.until_end(15)
    return run


trial("uvicorn", "stops")(stopped(lambda lab: lab.python("uvicorn", "wsproto")))
trial("uvicorn", "stops-websockets")(stopped(lambda lab: lab.python("uvicorn", "websockets")))


def websockets(lab):
    return lab.shared("websockets", lambda: lab.python("websockets"))[1]


trial("python-websockets", "no-pong")(lambda lab: Wire(websockets(lab)).until_end(60, pong=False))
trial("python-websockets", "message-size")(lambda lab: sizes(lambda: Wire(websockets(lab)), 1 << 20))
trial("python-websockets", "handler-error")(lambda lab: say(websockets(lab), "/raise", "hello"))
trial("python-websockets", "bad-utf8")(lambda lab: bad_utf8(websockets(lab)))
trial("python-websockets", "stops")(stopped(lambda lab: lab.python("websockets")))
trial("python-websockets", "origin")(lambda lab: Wire(lab.python("websockets", "origins")[1], headers={"Origin": "https://other.test"}).outcome)
trial("python-websockets", "bad-upgrade")(lambda lab: Wire(websockets(lab), upgrade=False).outcome)


@trial("python-websockets", "head-size")
def _(lab):
    port, fixed = websockets(lab), len("Cookie: ") + 2
    passed = 4110 if Wire(port, headers={"Cookie": "x" * (4110 - fixed)}).outcome.status == 101 else None
    out = Wire(port, headers={"Cookie": "x" * (4111 - fixed)}).outcome
    out.passed = passed
    return out


def hypercorn(lab):
    return lab.shared("hypercorn", lambda: lab.python("hypercorn"))[1]


trial("hypercorn", "handler-error")(lambda lab: say(hypercorn(lab), "/raise", "hello"))
trial("hypercorn", "wrong-path")(lambda lab: Wire(hypercorn(lab), "/nowhere").outcome)
trial("hypercorn", "message-size")(lambda lab: sizes(lambda: Wire(hypercorn(lab), "/ws"), 1 << 24, binary=True))
trial("hypercorn", "stops")(stopped(lambda lab: lab.python("hypercorn")))


def daphne(lab):
    return lab.shared("daphne", lambda: lab.python("daphne"))[1]


trial("daphne", "handler-error")(lambda lab: say(daphne(lab), "/raise", "hello"))
trial("daphne", "wrong-path")(lambda lab: Wire(daphne(lab), "/nowhere").outcome)
trial("daphne", "bad-utf8")(lambda lab: bad_utf8(daphne(lab), "/ws"))
trial("daphne", "no-pong")(lambda lab: Wire(daphne(lab), "/ws").until_end(80, pong=False))
trial("daphne", "stops")(stopped(lambda lab: lab.python("daphne")))


def tornado(lab):
    return lab.shared("tornado", lambda: lab.python("tornado"))[1]


trial("tornado", "message-size")(lambda lab: sizes(lambda: Wire(tornado(lab), "/ws"), 10 << 20, binary=True))
trial("tornado", "handler-error")(lambda lab: say(tornado(lab), "/ws", "raise"))
trial("tornado", "bad-utf8")(lambda lab: bad_utf8(tornado(lab), "/ws"))
trial("tornado", "origin")(lambda lab: Wire(tornado(lab), "/ws", headers={"Origin": "https://other.test"}).outcome)
trial("tornado", "bad-upgrade")(lambda lab: Wire(tornado(lab), "/ws", upgrade=False).outcome)
trial("tornado", "wrong-path")(lambda lab: Wire(tornado(lab), "/nowhere").outcome)
trial("tornado", "no-pong")(lambda lab: Wire(lab.python("tornado", 1)[1], "/ws").until_end(60, pong=False))


def aiohttp(lab):
    return lab.shared("aiohttp", lambda: lab.python("aiohttp"))[1]


trial("aiohttp", "message-size")(lambda lab: sizes(lambda: Wire(aiohttp(lab), "/ws"), (4 << 20) - 1))
trial("aiohttp", "handler-error")(lambda lab: say(aiohttp(lab), "/ws", "raise"))
trial("aiohttp", "bad-utf8")(lambda lab: bad_utf8(aiohttp(lab), "/ws"))
trial("aiohttp", "no-pong", seconds=3)(lambda lab: Wire(lab.python("aiohttp", 2)[1], "/ws").until_end(20, pong=False))
trial("aiohttp", "wrong-path")(lambda lab: Wire(aiohttp(lab), "/nowhere").outcome)
trial("aiohttp", "bad-upgrade")(lambda lab: Wire(aiohttp(lab), "/ws", upgrade=False).outcome)


def autobahn(lab):
    return lab.shared("autobahn", lambda: lab.python("autobahn"))[1]


trial("autobahn", "bad-utf8")(lambda lab: bad_utf8(autobahn(lab)))
trial("autobahn", "bad-upgrade")(lambda lab: Wire(autobahn(lab), upgrade=False).outcome)


def trio_websocket(lab):
    return lab.python("trio_websocket")[1]  # one exception ends it


trial("trio-websocket", "message-size")(lambda lab: sizes(lambda port=trio_websocket(lab): Wire(port), 1 << 20))
trial("trio-websocket", "handler-error")(lambda lab: say(trio_websocket(lab), "/", "raise"))
trial("trio-websocket", "bad-utf8")(lambda lab: bad_utf8(trio_websocket(lab)))


def gevent_websocket(lab):
    return lab.shared("gevent", lambda: lab.python("gevent_websocket"))[1]


trial("gevent-websocket", "handler-error")(lambda lab: say(gevent_websocket(lab), "/ws", "raise"))
trial("gevent-websocket", "wrong-path")(lambda lab: say(gevent_websocket(lab), "/nowhere", "hello"))
trial("gevent-websocket", "bad-utf8")(lambda lab: bad_utf8(gevent_websocket(lab), "/ws"))


def ws4py(lab):
    return lab.shared("ws4py", lambda: lab.python("ws4py"))[1]


trial("ws4py", "handler-error")(lambda lab: say(ws4py(lab), "/", "raise"))
trial("ws4py", "bad-utf8")(lambda lab: bad_utf8(ws4py(lab)))


def em(lab):
    def start():
        port = labs.free_port()
        return lab.daemon(["ruby", str(labs.PEERS / "em.rb"), str(port)], port)
    return lab.shared("em", start)[1]


trial("em-websocket", "message-size")(lambda lab: sizes(lambda: Wire(em(lab)), (10 << 20) - 14))
trial("em-websocket", "handler-error")(lambda lab: say(em(lab), "/", "raise"))
trial("em-websocket", "bad-utf8")(lambda lab: bad_utf8(em(lab)))


@trial("civetweb", "wrong-path")
def _(lab):
    port = labs.free_port()
    folder = lab.folder / f"civetweb-{port}"
    folder.mkdir()
    out = Wire(lab.daemon(["civetweb", "-document_root", str(folder), "-listening_ports", f"127.0.0.1:{port}"], port)[1], "/no").outcome
    return out


def mojo(lab):
    def start():
        port = labs.free_port()
        return lab.daemon(["perl", str(labs.PEERS / "mojo.pl"), "daemon", "-l", f"http://127.0.0.1:{port}"], port)
    return lab.shared("mojo", start)[1]


trial("mojolicious", "idle")(lambda lab: Wire(mojo(lab), "/ws").until_end(60))
trial("mojolicious", "message-size")(lambda lab: sizes(lambda: Wire(mojo(lab), "/ws"), 262144))
trial("mojolicious", "handler-error")(lambda lab: say(mojo(lab), "/ws", "raise", wait=50))
trial("mojolicious", "wrong-path")(lambda lab: Wire(mojo(lab), "/nowhere").outcome)

trial("qtwebsockets", "bad-utf8")(lambda lab: bad_utf8(lab.shared("qt", lab.qt)[1]))
trial("qtwebsockets", "stops")(lambda lab: say(lab.qt()[1], "/", "stop"))
trial("qtwebsockets", "object-gone")(lambda lab: say(lab.qt()[1], "/", "gone"))


def go(lab):
    return lab.shared("go", lab.go)[1]


trial("gorilla", "message-size", shortened=True)(lambda lab: sizes(lambda: Wire(go(lab), "/limited"), 1000))
trial("gorilla", "handler-error")(lambda lab: say(go(lab), "/ws", "return"))
trial("gorilla", "origin")(lambda lab: Wire(go(lab), "/ws", headers={"Origin": "https://other.test"}).outcome)
trial("gorilla", "bad-upgrade")(lambda lab: Wire(go(lab), "/ws", upgrade=False).outcome)
trial("nhooyr", "message-size")(lambda lab: sizes(lambda: Wire(go(lab), "/nhooyr"), 32768))
trial("nhooyr", "origin")(lambda lab: Wire(go(lab), "/nhooyr", headers={"Origin": "https://other.test"}).outcome)
trial("nhooyr", "bad-upgrade")(lambda lab: Wire(go(lab), "/nhooyr", upgrade=False).outcome)


def node(lab, name, *args):
    return lab.shared(("node", name, *args), lambda: lab.node(name, *args))[1]


trial("ws", "wrong-path")(lambda lab: Wire(node(lab, "ws"), "/nowhere").outcome)
trial("ws", "message-size", shortened=True)(lambda lab: sizes(lambda: Wire(node(lab, "ws", 1024), "/ws"), 1024))
trial("ws", "bad-utf8")(lambda lab: bad_utf8(node(lab, "ws"), "/ws"))
trial("ws", "bad-upgrade")(lambda lab: Wire(node(lab, "ws"), "/ws", upgrade=False).outcome)


@trial("ws", "close-unanswered")
def _(lab):
    w = Wire(node(lab, "ws"), "/ws")
    w.text("close")
    w.until_end(10, answer_close=False)
    w.outcome.ending, w.outcome.code = "open", None
    return w.until_end(50)


trial("node-websocket", "frame-size")(lambda lab: sizes(lambda: Wire(node(lab, "websocket")), 65536))
trial("node-websocket", "rejected")(lambda lab: Wire(node(lab, "websocket"), "/reject").outcome)
trial("node-websocket", "bad-utf8")(lambda lab: bad_utf8(node(lab, "websocket")))


@trial("node-websocket", "message-size")
def _(lab):
    def fragments(size):
        w = Wire(node(lab, "websocket"))
        for at in range(0, size, 65536):
            piece = b"x" * min(65536, size - at)
            w.send(1 if at == 0 else 0, piece, 0x80 if at + 65536 >= size else 0)
        return w
    answer = fragments(1 << 20).wait_message(20)
    out = fragments((1 << 20) + 1).until_end(20)
    out.passed = 1 << 20 if answer is not None else None
    return out


trial("faye", "bad-utf8")(lambda lab: bad_utf8(node(lab, "faye")))
trial("faye", "bad-upgrade")(lambda lab: Wire(node(lab, "faye"), headers={"Sec-WebSocket-Version": "8"}).outcome)

EIO = "/engine.io/?EIO=4&transport=websocket"
trial("engine.io", "no-heartbeat")(lambda lab: Wire(node(lab, "engine.io"), EIO).until_end(70, from_start=True))
trial("engine.io", "bad-message")(lambda lab: say(node(lab, "engine.io"), EIO, "hello"))
trial("engine.io", "message-size")(lambda lab: sizes_of_eio(lab))
trial("engine.io", "wrong-path")(lambda lab: Wire(node(lab, "engine.io"), "/nowhere").outcome)
trial("engine.io", "wrong-version")(lambda lab: raw_after_upgrade(node(lab, "engine.io"), "/engine.io/?transport=websocket"))


def raw_after_upgrade(port, path):
    """What came after the 101 where it is not WebSocket: its text is the outcome's body."""
    w = Wire(port, path)
    try:
        while w.fill(5):
            pass
    except OSError:
        pass
    w.outcome.body = w.buffer.decode("utf-8", "replace")
    w.ended()
    return w.outcome


def sizes_of_eio(lab):
    def connect():
        w = Wire(node(lab, "engine.io"), EIO)
        w.wait_message()
        return w
    w = connect()
    w.text("4" + "x" * 999_999)
    answer = w.wait_message(20)
    w = connect()
    w.text("4" + "x" * 1_000_000)
    out = w.until_end(20)
    out.passed = 1_000_000 if answer else None
    return out


SIO = "/socket.io/?EIO=4&transport=websocket"


@trial("engine.io", "no-connect")
def _(lab):
    w = Wire(node(lab, "socket.io"), SIO)
    out = w.until_end(60, on_message=lambda wire, text: text == "2" and wire.text("3"))
    out.seconds = time.monotonic() - w.began
    return out


@trial("engine.io", "event-before-connect")
def _(lab):
    w = Wire(node(lab, "socket.io"), SIO)
    w.wait_message()
    w.text('42["hello"]')
    return w.until_end(10)


def graphql(lab, *messages, wait=10, subprotocol="graphql-transport-ws", name="graphql-ws"):
    w = Wire(node(lab, name), "/", subprotocol=subprotocol)
    for message in messages:
        w.text(message if isinstance(message, str) else json.dumps(message))
        if isinstance(message, dict) and message.get("type") == "connection_init" and message is messages[0] and len(messages) > 1:
            w.wait_message(5)
    return w.until_end(wait)


INIT = {"type": "connection_init"}
SUBSCRIBE = {"type": "subscribe", "id": "1", "payload": {"query": "subscription { never }"}}
trial("graphql-ws", "bad-message")(lambda lab: graphql(lab, "hello"))
trial("graphql-ws", "unauthorized")(lambda lab: graphql(lab, SUBSCRIBE))
trial("graphql-ws", "forbidden")(lambda lab: graphql(lab, {**INIT, "payload": {"token": "bad"}}))
trial("graphql-ws", "subprotocol")(lambda lab: graphql(lab, subprotocol=None))
trial("graphql-ws", "no-init")(lambda lab: graphql(lab))
trial("graphql-ws", "duplicate")(lambda lab: graphql(lab, INIT, SUBSCRIBE, SUBSCRIBE))
trial("graphql-ws", "second-init")(lambda lab: graphql(lab, INIT, INIT))
trial("subscriptions-transport-ws", "credentials")(lambda lab: graphql(
    lab, {**INIT, "payload": {"token": "bad"}}, subprotocol="graphql-ws", name="subscriptions-transport-ws"))
trial("subscriptions-transport-ws", "subprotocol")(lambda lab: graphql(
    lab, subprotocol="graphql-transport-ws", name="subscriptions-transport-ws"))


def bun(lab, *args):
    program = str(lab.module("bun") / "bin/bun.exe")
    return lab.shared(("bun", *args), lambda: lab.run([program, str(labs.PEERS / "bun.js"), *args]))[1]


trial("bun", "idle")(lambda lab: Wire(bun(lab)).until_end(150, pong=False))
trial("bun", "message-size")(lambda lab: sizes(lambda: Wire(bun(lab)), 1 << 24))
trial("bun", "bad-utf8")(lambda lab: bad_utf8(bun(lab)))
trial("bun", "stops")(lambda lab: say(bun(lab, "60"), "/", "stop"))


def deno(lab):
    program = str(lab.module("deno") / "deno")
    return lab.shared("deno", lambda: lab.run([program, "run", "--allow-net", str(labs.PEERS / "deno.js")]))[1]


trial("deno", "no-pong")(lambda lab: Wire(deno(lab)).until_end(60, pong=False))
trial("deno", "bad-utf8")(lambda lab: bad_utf8(deno(lab)))


@trial("node-inspector", "ping")
def _(lab):
    port = labs.free_port()
    lab.daemon(["node", f"--inspect=127.0.0.1:{port}", "-e", "setInterval(() => {}, 1e6)"], port)
    w = Wire(port, "/json/list", upgrade=False)
    path = json.loads(w.outcome.body)[0]["webSocketDebuggerUrl"].split(str(port), 1)[1]
    w = Wire(port, path)
    w.send(9, b"")
    return w.until_end(10)


trial("node-inspector", "wrong-path")(lambda lab: Wire(inspector(lab), "/nowhere").outcome)


def inspector(lab):
    def start():
        port = labs.free_port()
        return lab.daemon(["node", f"--inspect=127.0.0.1:{port}", "-e", "setInterval(() => {}, 1e6)"], port)
    return lab.shared("inspector", start)[1]


trial("vite", "subprotocol")(lambda lab: Wire(node(lab, "vite"), wait=5).outcome)
trial("vite", "credentials")(lambda lab: Wire(node(lab, "vite"), "/?token=wrong", subprotocol="vite-hmr",
                                             headers={"Origin": "https://other.test"}).outcome)

# MQTT 3.1.1: CONNECT with a client id and a keep alive of 2 s
CONNECT = b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x02\x00\x01a"


def mosquitto(lab):
    return lab.shared("mosquitto", lab.mosquitto)[1]


@trial("mosquitto", "no-heartbeat", seconds=4.5)
def _(lab):
    w = Wire(lab.mosquitto()[1], "/mqtt", subprotocol="mqtt")
    w.binary(CONNECT)
    w.wait_message()
    return w.until_end(30)


@trial("mosquitto", "replaced")
def _(lab):
    port = mosquitto(lab)
    first = Wire(port, "/mqtt", subprotocol="mqtt")
    first.binary(CONNECT)
    first.wait_message()
    second = Wire(port, "/mqtt", subprotocol="mqtt")
    second.binary(CONNECT)
    return first.until_end(10)


trial("mosquitto", "subprotocol")(lambda lab: Wire(mosquitto(lab), "/mqtt", subprotocol="chat").outcome)


@trial("mosquitto", "bad-message")
def _(lab):
    w = Wire(mosquitto(lab), "/mqtt", subprotocol="mqtt")
    w.text("hello")
    return w.until_end(10)


def prosody(lab):
    return lab.shared("prosody", lab.prosody)[1]


trial("prosody", "bad-message")(lambda lab: say(prosody(lab), "/xmpp-websocket", "hello", subprotocol="xmpp"))
trial("prosody", "subprotocol")(lambda lab: Wire(prosody(lab), "/xmpp-websocket").outcome)
trial("prosody", "wrong-path")(lambda lab: Wire(prosody(lab), "/nowhere", subprotocol="xmpp").outcome)


def sockjs(lab):
    return node(lab, "sockjs")


trial("sockjs", "wrong-path")(lambda lab: Wire(sockjs(lab), "/nowhere").outcome)
trial("sockjs", "bad-message")(lambda lab: say(sockjs(lab), "/echo/000/abc/websocket", "hello"))
trial("aedes", "no-login")(lambda lab: Wire(node(lab, "aedes"), subprotocol="mqtt").until_end(50, from_start=True))


@trial("aedes", "no-heartbeat", seconds=3)
def _(lab):
    w = Wire(node(lab, "aedes"), subprotocol="mqtt")
    w.binary(CONNECT)
    w.wait_message()
    return w.until_end(20)


@trial("aedes", "replaced")
def _(lab):
    port = lab.node("aedes")[1]
    first = Wire(port, subprotocol="mqtt")
    first.binary(CONNECT)
    first.wait_message()
    second = Wire(port, subprotocol="mqtt")
    second.binary(CONNECT)
    return first.until_end(10)


trial("fastify", "handler-error")(lambda lab: Wire(node(lab, "fastify"), "/throws").until_end(10))
trial("fastify", "wrong-path")(lambda lab: Wire(node(lab, "fastify"), "/nowhere").until_end(10))
trial("fastify", "credentials")(lambda lab: Wire(node(lab, "fastify"), "/guarded").outcome)
trial("peerjs", "credentials")(lambda lab: Wire(node(lab, "peer"), "/peerjs").until_end(10))
trial("primus", "no-heartbeat")(lambda lab: Wire(node(lab, "primus"), "/primus").until_end(80, from_start=True))


def nats(lab, text, extra="", wait=10):
    """A session with a NATS server of its own, which is sent one line."""
    w = Wire(lab.nats(extra)[1])
    if text:
        w.text(text + "\r\n")
    return w.until_end(wait)


NATS_LOGIN = "authorization { user: a, password: b }"
trial("nats", "no-heartbeat", seconds=4)(lambda lab: nats(lab, "CONNECT {}", "ping_interval: 2s, ping_max: 1", 20))
trial("nats", "no-login")(lambda lab: nats(lab, "", NATS_LOGIN))
trial("nats", "credentials")(lambda lab: nats(lab, 'CONNECT {"user":"a","pass":"wrong"}', NATS_LOGIN))
trial("nats", "bad-message")(lambda lab: nats(lab, "hello"))
trial("nats", "message-size", shortened=True)(lambda lab: nats(lab, "PUB a 2000\r\n" + "x" * 2000, "max_payload: 1000"))


@trial("nats", "stops")
def _(lab):
    process, port = lab.nats()
    w = Wire(port)
    process.send_signal(signal.SIGTERM)
    return w.until_end(20)


@trial("nchan", "stops")
def _(lab):
    process, port = lab.nchan()
    w = Wire(port)
    process.send_signal(signal.SIGHUP)
    return w.until_end(20)


trial("nchan", "bad-message")(lambda lab: say(lab.shared("nchan", lab.nchan)[1], "/", "hello"))


def cockpit(lab, **options):
    return Wire(lab.shared("cockpit", lab.cockpit)[1], "/cockpit/socket", subprotocol="cockpit1", **options)


@trial("cockpit", "credentials")
def _(lab):
    port = lab.shared("cockpit", lab.cockpit)[1]
    return cockpit(lab, headers={"Origin": f"http://127.0.0.1:{port}"}).until_end(20)


trial("cockpit", "origin")(lambda lab: cockpit(lab).outcome)


def rabbitmq(lab, path="/ws"):
    return Wire(lab.shared("rabbitmq", lab.rabbitmq)[1], path, subprotocol="mqtt")


@trial("rabbitmq", "credentials")
def _(lab):
    w = rabbitmq(lab)
    w.binary(b"\x10\x1a\x00\x04MQTT\x04\xc2\x00\x3c\x00\x01a\x00\x05guest\x00\x04nope")
    return w.until_end(10)


trial("rabbitmq", "wrong-path")(lambda lab: rabbitmq(lab, "/nowhere").outcome)
LWS = "lws-mirror-protocol"


def lws(lab):
    return lab.shared("libwebsockets", lab.libwebsockets)[1]


trial("libwebsockets", "head-size")(lambda lab: Wire(lws(lab), subprotocol=LWS, headers={"Cookie": "x" * 6000}).outcome)
trial("libwebsockets", "subprotocol")(lambda lab: Wire(lws(lab), subprotocol="chat").outcome)


@trial("libwebsockets", "bad-utf8")
def _(lab):
    w = Wire(lws(lab), subprotocol=LWS)
    w.text(BAD_UTF8)
    return w.until_end(10)


def jetty(lab):
    return lab.shared("jetty", lab.jetty)[1]


trial("jetty", "message-size")(lambda lab: sizes(lambda: Wire(jetty(lab), "/ws"), 65536))
trial("jetty", "idle", seconds=3)(lambda lab: Wire(jetty(lab), "/impatient").until_end(20))
trial("jetty", "handler-error")(lambda lab: say(jetty(lab), "/ws", "raise"))
trial("jetty", "bad-utf8")(lambda lab: bad_utf8(jetty(lab), "/ws"))
trial("jetty", "wrong-path")(lambda lab: Wire(jetty(lab), "/nowhere").outcome)
trial("jetty", "bad-upgrade")(lambda lab: Wire(jetty(lab), "/ws", upgrade=False).outcome)
trial("jetty", "head-size")(lambda lab: Wire(jetty(lab), "/ws", headers={"Cookie": "x" * 12000}).outcome)


@trial("jetty", "stops")
def _(lab):
    process, port = lab.jetty()
    w = Wire(port, "/ws")
    process.stdin.write(b"stop\n")
    process.stdin.flush()
    return w.until_end(20)


trial("caddy", "backend-refuses")(refusing("caddy"))
trial("caddy", "backend-gone")(cutting("caddy"))


@trial("caddy", "stops")
def _(lab):
    _, port, reload = lab.caddy(echo(lab))
    w = Wire(port)
    reload()
    return w.until_end(20)


trial("stunnel", "backend-gone")(
    lambda lab: Wire(lab.stunnel(lab.shared("faults", faults.start))[1], "/rst", tls=True).until_end(20))
trial("stunnel", "backend-refuses")(lambda lab: Wire(lab.stunnel(labs.free_port())[1], tls=True).outcome)


@trial("mitmproxy", "backend-gone")
def _(lab):
    return Wire(lab.mitmproxy(lab.shared("faults", faults.start))[1], "/fin").until_end(20)


@trial("mojolicious", "head-size")
def _(lab):
    def upgrade(size):
        return Wire(mojo(lab), "/ws", headers={"Cookie": "x" * (size - len("Cookie: \r\n"))}).outcome
    passed = 8192 if upgrade(8192).status == 101 else None
    out = upgrade(8193)
    out.passed = passed
    return out


def websocketd(lab, *command):
    def start():
        port = labs.free_port()
        return lab.daemon(["websocketd", f"--port={port}", "--address=127.0.0.1", *command], port)
    return lab.shared(("websocketd", *command), start)[1]


trial("websocketd", "handler-error")(lambda lab: Wire(websocketd(lab, "sh", "-c", "echo hello; exit 3")).until_end(10))
trial("websocketd", "origin")(lambda lab: Wire(websocketd(lab, "--sameorigin=true", "cat"), headers={"Origin": "https://other.test"}).outcome)


# ---- clients ----------------------------------------------------------------------------------------------------------

def browserless(*command):
    return lambda lab: [*command, lab.script("clients.js")]


def python_client(name, module=None):
    def command(lab):
        if importlib.util.find_spec(module or name) is None:
            raise labs.Skip(f"Python module {module or name} is not installed")
        return ["/usr/bin/python3", str(labs.PEERS / "clients.py"), name]

    return command


CLIENTS = {
    "ws": lambda lab: [*browserless("node")(lab), "ws"],
    "undici": lambda lab: [*browserless("node")(lab), "undici"],
    "node-websocket": lambda lab: [*browserless("node")(lab), "websocket"],
    "faye": lambda lab: [*browserless("node")(lab), "faye"],
    "bun": lambda lab: [*browserless(str(lab.module("bun") / "bin/bun.exe"))(lab), "global"],
    "deno": lambda lab: [*browserless(str(lab.module("deno") / "deno"), "run", "--allow-all")(lab), "global"],
    "python-websockets": lambda lab: [*python_client("websockets")(lab)],
    "aiohttp": lambda lab: [*python_client("aiohttp")(lab)],
    "websocket-client": lambda lab: [*python_client("websocket-client", "websocket")(lab)],
    "gorilla": lambda lab: [lab.dial(), "gorilla"],
    "nhooyr": lambda lab: [lab.dial(), "nhooyr"],
    "jdk": lambda lab: [*lab.java(), "Dial", "jdk"],
    "tomcat": lambda lab: [*lab.java(), "Dial", "tomcat"],
}


def client_trial(software, fault):
    """What a client says of a fault: all its texts are the outcome's messages."""
    def run(lab):
        port = labs.free_port() if fault == "refused" else lab.shared("faults", faults.start)
        command = CLIENTS[software](lab)
        done = subprocess.run([*command, f"ws://127.0.0.1:{port}/{fault}"], capture_output=True, text=True, timeout=60, check=False,
                              env={**os.environ, "NODE_PATH": str(lab.folder / "npm/node_modules"), "HOME": str(lab.folder)})
        out = Outcome()
        said = [json.loads(line) for line in done.stdout.splitlines()]
        out.ending = "none"
        out.messages = [text for line in said for text in (line.get("error"), line.get("reason")) if text]
        return out
    return run, {}
