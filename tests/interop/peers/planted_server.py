#!/usr/bin/python3
"""A server with one hidden cause to end a session, on a stack that others wrote; prints "listening on URL" first.

usage: planted_server.py STACK CAUSE [VALUE] [--seed N]

STACK: websockets, aiohttp, tornado, uvicorn. CAUSE: size (the stack's own limit, VALUE bytes), idle (VALUE s without a
message or a ping), member (a message has /attributes/email), required (a "chat" has no /text), order (a "chat" before a "hello"
was answered), header (the request has X-Old), compression (it was agreed on), rate (more than VALUE messages in 0.2 s), flaky (a
message with /attributes/email in VALUE % of sessions, and 2 % of all).
"""
import argparse
import asyncio
import json
import random
import time

import websockets


class Cause:
    """What the server makes of one session: each method returns true where it is to end."""

    def __init__(self, given, headers, compressed):
        self.given, self.headers, self.compressed = given, headers, compressed
        self.greeted, self.times = False, []

    def opened(self):
        return {"header": "x-old" in self.headers, "compression": self.compressed,
                "flaky": random.random() < 0.02}.get(self.given.cause, False)

    def heard(self, text):
        try:
            message = json.loads(text)
        except ValueError:
            return False
        kind, now = message.get("type"), time.monotonic()
        self.times = [t for t in self.times if now - t < 0.2] + [now]
        has_email = "email" in message.get("attributes", {})
        early = kind == "chat" and not self.greeted
        self.greeted = self.greeted or kind == "hello"
        return {"member": has_email, "required": kind == "chat" and "text" not in message, "order": early,
                "rate": len(self.times) > self.given.value,
                "flaky": has_email and random.random() < self.given.value / 100}.get(self.given.cause, False)


def announce(port):
    print(f"listening on ws://127.0.0.1:{port}", flush=True)


async def serve_websockets(given):
    async def handle(ws):
        cause = Cause(given, {name.lower() for name in ws.request_headers}, bool(ws.extensions))
        if cause.opened():
            return await ws.close(4001)
        patience = given.value if given.cause == "idle" else None
        while True:
            try:
                text = await asyncio.wait_for(ws.recv(), patience)
            except asyncio.TimeoutError:
                return await ws.close(4002)
            except websockets.ConnectionClosed:
                return None
            if cause.heard(text):
                return await ws.close(4001)
            await ws.send('{"type":"ack"}')

    limit = given.value if given.cause == "size" else 2**20
    async with websockets.serve(handle, "127.0.0.1", 0, max_size=limit, ping_interval=None) as server:
        announce(server.sockets[0].getsockname()[1])
        await asyncio.Future()


async def serve_aiohttp(given):
    from aiohttp import WSMsgType, web

    async def handle(request):
        compressed = given.cause == "compression" and "permessage-deflate" in request.headers.get("Sec-WebSocket-Extensions", "")
        cause = Cause(given, {name.lower() for name in request.headers}, compressed)
        ws = web.WebSocketResponse(max_msg_size=given.value if given.cause == "size" else 2**20)
        await ws.prepare(request)
        if cause.opened():
            await ws.close(code=4001)
            return ws
        async for message in ws:
            if message.type == WSMsgType.TEXT and cause.heard(message.data):
                await ws.close(code=4001)
            elif message.type == WSMsgType.TEXT:
                await ws.send_str('{"type":"ack"}')
        return ws

    app = web.Application()
    app.router.add_get("/{any:.*}", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    announce(site._server.sockets[0].getsockname()[1])  # pylint: disable=protected-access
    await asyncio.Future()


async def serve_tornado(given):
    from tornado import httpserver, netutil, web, websocket

    class Handler(websocket.WebSocketHandler):
        def open(self, *_, **__):
            self.cause = Cause(given, {name.lower() for name in self.request.headers}, False)
            if self.cause.opened():
                self.close(4001)

        def on_message(self, message):
            if self.cause.heard(message):
                self.close(4001)
            else:
                self.write_message('{"type":"ack"}')

        def check_origin(self, origin):
            return True

    limit = given.value if given.cause == "size" else 2**20
    server = httpserver.HTTPServer(web.Application([("/.*", Handler)], websocket_max_message_size=limit))
    sockets = netutil.bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    announce(sockets[0].getsockname()[1])
    await asyncio.Future()


async def serve_uvicorn(given):
    import socket

    import uvicorn

    async def app(scope, receive, send):
        if scope["type"] != "websocket":
            return
        await receive()
        await send({"type": "websocket.accept"})
        cause = Cause(given, {name.decode() for name, _ in scope["headers"]}, False)
        if cause.opened():
            return await send({"type": "websocket.close", "code": 4001})
        while True:
            event = await receive()
            if event["type"] != "websocket.receive":
                return None
            if cause.heard(event.get("text") or ""):
                return await send({"type": "websocket.close", "code": 4001})
            await send({"type": "websocket.send", "text": '{"type":"ack"}'})

    listener = socket.create_server(("127.0.0.1", 0))
    limit = given.value if given.cause == "size" else 2**20
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", ws="websockets", ws_max_size=limit))
    announce(listener.getsockname()[1])
    await server.serve(sockets=[listener])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("stack", choices=["websockets", "aiohttp", "tornado", "uvicorn"])
    parser.add_argument("cause")
    parser.add_argument("value", nargs="?", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    random.seed(given.seed)
    asyncio.run(globals()["serve_" + given.stack](given))


if __name__ == "__main__":
    main()
