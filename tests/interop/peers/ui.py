"""A chat UI of nobody's in particular, over urllib and python3-websockets: ui.py BASE-URL FLOW.json"""
import asyncio
import json
import re
import sys
import urllib.parse
import urllib.request

import websockets

BASE = sys.argv[1]
with open(sys.argv[2], encoding="utf-8") as file:
    FLOW = json.load(file)
VALUES = FLOW["values"]
END = FLOW.get("end", "")  # what closes each message, as SignalR has it


def filled(text):
    return re.sub(r"\{(\w+)\}", lambda found: VALUES[found[1]], text)


def filled_json(value):
    return json.loads(filled(json.dumps(value)))


def raw(said):
    """What is said as it stands: a text, or bytes as {"hex": ...}."""
    return said if isinstance(said, str) else bytes.fromhex(said["hex"])


def at(value, pointer):
    for step in pointer.split("/")[1:]:
        if isinstance(value, list):
            value = value[int(step)] if step.isdigit() and int(step) < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value


def call(step):
    body = None
    if "form" in step:
        body = urllib.parse.urlencode(filled_json(step["form"])).encode()
    elif "json" in step:
        body = json.dumps(filled_json(step["json"])).encode()
    headers = {name: filled(value) for name, value in step.get("headers", {}).items()}
    request = urllib.request.Request(BASE + filled(step["path"]), body, headers, method=step["method"])
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status == step.get("status", 200), answer.status
        if "take" in step:
            reply = json.load(answer)
            VALUES.update({name: at(reply, pointer) for name, pointer in step["take"].items()})


async def talk():
    url = filled(FLOW["socket"])
    url = BASE.replace("http", "ws", 1) + url if url.startswith("/") else url
    headers = {name: filled(value) for name, value in FLOW.get("headers", {}).items()}
    async with websockets.connect(url, extra_headers=headers, subprotocols=FLOW.get("subprotocols")) as socket:
        for step in FLOW["talk"]:
            if "send" in step:
                await socket.send(json.dumps(filled_json(step["send"]), separators=(",", ":")) + END)
                continue
            if "say" in step:
                await socket.send(raw(step["say"]))
                continue
            while True:
                if "hear" in step:
                    if (await asyncio.wait_for(socket.recv(), 20)).startswith(raw(step["hear"])):
                        break
                    continue
                message = json.loads((await asyncio.wait_for(socket.recv(), 20)).removesuffix(END))
                if all(at(message, pointer) == wanted for pointer, wanted in step["await"].items()):
                    break
        await socket.close(1000)
        print(f"closed {socket.close_code}, 0 steps left")


for one in FLOW.get("calls", []):
    call(one)
asyncio.run(talk())
