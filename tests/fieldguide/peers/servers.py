"""Servers on Debian's Python libraries, one a run: servers.py NAME PORT [ARGUMENT…]."""
import asyncio
import logging
import signal
import sys

PORT = int(sys.argv[2])
logging.disable(logging.CRITICAL)


async def asgi(scope, receive, send):
    """Echoes on /ws, raises on /raise, refuses everything else before it accepts."""
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    if scope["type"] != "websocket":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"plain"})
        return
    await receive()
    if scope["path"] not in ("/ws", "/raise"):
        await send({"type": "websocket.close", "code": 4004})
        return
    await send({"type": "websocket.accept"})
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            return
        if scope["path"] == "/raise":
            raise RuntimeError("in the handler")
        await send({"type": "websocket.send", **{k: message[k] for k in ("text", "bytes") if message.get(k) is not None}})


def websockets():
    import websockets as lib

    async def handler(socket, path):
        async for message in socket:
            if path == "/raise":
                raise RuntimeError("in the handler")
            await socket.send(message)

    async def main():
        origins = ["https://allowed.test"] if "origins" in sys.argv else None
        async with lib.serve(handler, "127.0.0.1", PORT, origins=origins):
            stop = asyncio.get_running_loop().create_future()
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set_result, None)
            await stop
    asyncio.run(main())


def uvicorn():
    import uvicorn as lib
    lib.run(asgi, host="127.0.0.1", port=PORT, ws=sys.argv[3], log_level="critical")


def hypercorn():
    import hypercorn.asyncio
    import hypercorn.config
    config = hypercorn.config.Config()
    config.bind = [f"127.0.0.1:{PORT}"]
    asyncio.run(hypercorn.asyncio.serve(asgi, config))


def daphne():
    from daphne.endpoints import build_endpoint_description_strings
    from daphne.server import Server
    Server(asgi, endpoints=build_endpoint_description_strings(host="127.0.0.1", port=PORT)).run()


def tornado():
    import tornado.ioloop
    import tornado.web
    import tornado.websocket

    class Echo(tornado.websocket.WebSocketHandler):
        def on_message(self, message):
            if message == "raise":
                raise RuntimeError("in the handler")
            self.write_message(message)
    tornado.web.Application([("/ws", Echo)], **({"websocket_ping_interval": float(sys.argv[3])} if sys.argv[3:] else {})).listen(
        PORT, "127.0.0.1")
    tornado.ioloop.IOLoop.current().start()


def aiohttp():
    from aiohttp import web

    async def handler(request):
        socket = web.WebSocketResponse(**({"heartbeat": float(sys.argv[3])} if sys.argv[3:] else {}))
        await socket.prepare(request)
        async for message in socket:
            if message.type == web.WSMsgType.TEXT:
                if message.data == "raise":
                    raise RuntimeError("in the handler")
                await socket.send_str(message.data)
        return socket
    app = web.Application()
    app.router.add_get("/ws", handler)
    web.run_app(app, host="127.0.0.1", port=PORT, print=None)


def autobahn():
    from autobahn.asyncio.websocket import WebSocketServerFactory, WebSocketServerProtocol

    class Echo(WebSocketServerProtocol):
        def onMessage(self, payload, isBinary):
            if payload == b"raise":
                raise RuntimeError("in the handler")
            self.sendMessage(payload, isBinary)

    async def main():
        factory = WebSocketServerFactory()
        factory.protocol = Echo
        await asyncio.get_running_loop().create_server(factory, "127.0.0.1", PORT)
        await asyncio.Event().wait()
    asyncio.run(main())


def trio_websocket():
    import trio
    from trio_websocket import serve_websocket

    async def handler(request):
        socket = await request.accept()
        while True:
            message = await socket.get_message()
            if message == "raise":
                raise RuntimeError("in the handler")
            await socket.send_message(message)
    trio.run(serve_websocket, handler, "127.0.0.1", PORT, None)


def gevent_websocket():
    from geventwebsocket import Resource, WebSocketApplication, WebSocketServer

    class Echo(WebSocketApplication):
        def on_message(self, message, *_):
            if message == "raise":
                raise RuntimeError("in the handler")
            if message is not None:
                self.ws.send(message)
    WebSocketServer(("127.0.0.1", PORT), Resource([("^/ws$", Echo)])).serve_forever()


def ws4py():
    from wsgiref.simple_server import make_server
    from ws4py.server.wsgirefserver import WebSocketWSGIRequestHandler, WSGIServer
    from ws4py.server.wsgiutils import WebSocketWSGIApplication
    from ws4py.websocket import EchoWebSocket

    class Echo(EchoWebSocket):
        def received_message(self, message):
            if message.data == b"raise":
                raise RuntimeError("in the handler")
            super().received_message(message)
    server = make_server("127.0.0.1", PORT, server_class=WSGIServer, handler_class=WebSocketWSGIRequestHandler,
                         app=WebSocketWSGIApplication(handler_cls=Echo))
    server.initialize_websockets_manager()
    server.serve_forever()


globals()[sys.argv[1]]()
