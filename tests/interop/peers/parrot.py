#!/usr/bin/python3
"""A server on python's `websockets` that plays the server's side of a recorded session, with values of its own.

usage: parrot.py CAPTURE [--drop-after N] [--listen PORT]

After each of the client's messages it says what the recorded server said next. Ids that the recorded server made are made
anew, and the client must send these back; ids that the client makes anew come back as it made them. With --drop-after it
ends the transport after the client's Nth message. After each session it prints one JSON object: how many messages came,
and everything that was wrong with them.
"""
import argparse
import asyncio
import json
import re
import uuid

import websockets

MADE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
MASKED = re.compile(r"x{8,}")


def leaves(value, pointer=""):
    if isinstance(value, (dict, list)):
        for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, f"{pointer}/{name}")
    else:
        yield pointer, value


def recorded(path):
    """Of the first WebSocket session that opened: (from, text) of each message, the first Close, the answer's headers, and the ids
    that the client's request holds."""
    with open(path, encoding="utf-8") as file:
        events = [json.loads(line) for line in file if line.endswith("}\n")][1:]
    session = next(event["conn"] for event in events if event["kind"] == "response" and event["status"] == 101)
    events = [event for event in events if event["conn"] == session]
    messages, inflated = [], {event["frames"][0]: event for event in events if event["kind"] == "inflated"}
    for event in events:
        if event["kind"] != "frame" or event["opcode"] > 7:
            continue
        if event["opcode"]:
            messages.append((event["from"], inflated.get(event["seq"], event).get("text", "")))
        elif "text" in event:
            messages[-1] = (event["from"], messages[-1][1] + event["text"])
    closes = [event for event in events if event["kind"] == "frame" and event["opcode"] == 8]
    answer = next(event for event in events if event["kind"] == "response")
    headers = {header["name"].lower(): header["value"] for header in answer["headers"]}
    known = MADE.finditer(next(event["start_line"] for event in events if event["kind"] == "request"))
    return messages, closes[0] if closes else None, headers, {found[0]: found[0] for found in known}


class Session:
    def __init__(self, known):
        self.ours, self.theirs, self.came, self.wrong = {}, dict(known), 0, []

    def say(self, text):
        for made in {found[0] for found in MADE.finditer(text)} - self.theirs.keys():
            self.ours.setdefault(made, str(uuid.uuid4()))
        return MADE.sub(lambda found: {**self.ours, **self.theirs}[found[0]], text)

    def hear(self, wanted, text):
        self.came += 1
        try:
            wanted, text = dict(leaves(json.loads(wanted))), dict(leaves(json.loads(text)))
        except ValueError:
            if wanted != text:
                self.wrong.append(f"{text!r} for {wanted!r}")
            return
        for pointer in sorted(wanted.keys() | text.keys()):
            fault = self.fault(wanted.get(pointer), text.get(pointer))
            if fault:
                self.wrong.append(f"message {self.came}, {pointer}: {fault}")

    def fault(self, wanted, given):
        if not isinstance(wanted, str) or not isinstance(given, str):
            return "" if wanted == given else f"{json.dumps(given)} for {json.dumps(wanted)}"
        if MASKED.search(wanted):
            return "it is still masked" if MASKED.search(given) else ""
        if TIME.fullmatch(wanted) and TIME.fullmatch(given):
            return ""
        for ours, now in zip(MADE.finditer(wanted), MADE.finditer(given)):
            if ours[0] not in self.ours:
                self.theirs[ours[0]] = now[0]
        made = MADE.sub(lambda found: self.ours.get(found[0], self.theirs.get(found[0], found[0])), wanted)
        return "" if made == given else f"{given} is not {made}"


async def play(ws, messages, end, drop_after, session):
    for side, text in messages:
        if side == "server":
            await ws.send(session.say(text))
            continue
        session.hear(text, await ws.recv())
        if session.came == drop_after:
            ws.transport.close()
            return
    if end and end["from"] == "server":
        await ws.close(end.get("close_code", 1000), end.get("reason", ""))
    elif not end:
        ws.transport.close()
    async for extra in ws:
        session.wrong.append(f"one more: {extra}")


async def serve(given):
    messages, end, headers, known = recorded(given.capture)

    async def handle(ws):
        session = Session(known)
        try:
            await play(ws, messages, end, given.drop_after, session)
        except websockets.ConnectionClosed as closed:
            session.wrong.append(f"it left: {closed}")
        await ws.wait_closed()
        if end and end["from"] == "client" and not given.drop_after and ws.close_code != end["close_code"]:
            session.wrong.append(f"closed with {ws.close_code}")
        print(json.dumps({"came": session.came, "wrong": session.wrong}), flush=True)

    deflate = "deflate" if "sec-websocket-extensions" in headers else None
    protocols = [headers["sec-websocket-protocol"]] if "sec-websocket-protocol" in headers else None
    async with websockets.serve(handle, "127.0.0.1", given.listen, compression=deflate, subprotocols=protocols,
                                ping_interval=None, server_header=None) as server:
        print(f"listening on ws://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
        await asyncio.Future()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("capture")
    parser.add_argument("--drop-after", type=int, default=0)
    parser.add_argument("--listen", type=int, default=0)
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
