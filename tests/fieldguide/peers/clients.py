"""Debian's Python clients: clients.py NAME URL [SUBPROTOCOL]. Prints what they say as lines of JSON, as clients.js does."""
import asyncio
import json
import sys

NAME, URL = sys.argv[1:3]
SUBPROTOCOLS = sys.argv[3:] or None


def say(**values):
    print(json.dumps(values), flush=True)


async def websockets():
    import websockets as lib
    try:
        async with lib.connect(URL, subprotocols=SUBPROTOCOLS, max_size=100000, close_timeout=1) as socket:
            async for _ in socket:
                pass
        say(code=socket.close_code, reason=socket.close_reason)
    except Exception as error:  # pylint: disable=broad-except
        say(error=str(error))


async def aiohttp():
    import aiohttp as lib
    try:
        async with lib.ClientSession() as session:
            async with session.ws_connect(URL, protocols=SUBPROTOCOLS or (), max_msg_size=100000) as socket:
                async for message in socket:
                    if message.type == lib.WSMsgType.ERROR:
                        say(error=str(message.data))
                say(code=socket.close_code)
    except Exception as error:  # pylint: disable=broad-except
        say(error=str(error))


async def websocket_client():
    import websocket as lib
    try:
        socket = lib.create_connection(URL, subprotocols=SUBPROTOCOLS, timeout=10)
        while True:
            opcode, _ = socket.recv_data()
            if opcode == 8:
                say(code=None)
                break
    except Exception as error:  # pylint: disable=broad-except
        say(error=str(error))


asyncio.run(globals()[NAME.replace("-", "_")]())
