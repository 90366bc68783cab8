#!/usr/bin/python3
"""A server on python's `websockets`: echoes, and after the first message ends as it is told.

usage: websockets_server.py ENDING [CODE [REASON]] [--tls --cert FILE --key FILE]
"""
import argparse
import asyncio
import http
import socket
import ssl
import struct

import websockets


async def close(ws, given):
    await ws.close(given.code, given.reason)


async def fin(ws, _):
    ws.transport.close()
    await ws.wait_closed()


async def reset(ws, _):
    connection = ws.transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    ws.transport.abort()


async def fin_mid_frame(ws, _):
    ws.transport.write(bytes([0x81, 100]) + b"x" * 38)
    ws.transport.close()


async def fragments(ws, _):
    await ws.send(["one ", "two"])
    await ws.wait_closed()


async def none(ws, _):
    async for message in ws:
        await ws.send(message)


async def no_pong(ws, _):
    ws.pong = lambda data=b"": asyncio.sleep(0)
    await ws.wait_closed()


ENDINGS = {"none": none, "close": close, "fin": fin, "tls-close-notify": fin, "reset": reset, "fin-mid-frame": fin_mid_frame,
           "fragments": fragments, "no-pong": no_pong, "refuse": none}


async def serve(given):
    async def handle(ws):
        await ws.send(await ws.recv())
        await ENDINGS[given.ending](ws, given)

    async def refuse(_path, _headers):
        return http.HTTPStatus(given.code), [("Content-Type", "text/plain")], given.reason.encode()

    context = None
    if given.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(given.cert, given.key)
    deflate = "deflate" if given.deflate else None
    async with websockets.serve(handle, "127.0.0.1", 0, ssl=context, compression=deflate, ping_interval=None,
                                server_header=None, process_request=refuse if given.ending == "refuse" else None) as server:
        port = server.sockets[0].getsockname()[1]
        print(f"listening on {'wss' if given.tls else 'ws'}://127.0.0.1:{port}", flush=True)
        await asyncio.Future()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("ending", choices=ENDINGS)
    parser.add_argument("code", nargs="?", type=int, default=1000)
    parser.add_argument("reason", nargs="?", default="")
    for flag in ("--tls", "--deflate"):
        parser.add_argument(flag, action="store_true")
    for name in ("--cert", "--key"):
        parser.add_argument(name)
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
