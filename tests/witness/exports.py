#!/usr/bin/python3
"""Every session script as packets, read by tshark: frame for frame what the capture says, and the verdict as a comment.

    tests/witness/exports.py build/dev/whydrop [SESSION...]

Needs tshark. What a frame is made of again (compressed payloads) is compared but for its length and bytes.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

SESSIONS = pathlib.Path(__file__).resolve().parents[2] / "fixtures" / "sessions"
# tshark itself goes no further: these sessions leave framing, or are no WebSocket
LEAVES_FRAMING = {"length-too-large": "a length over 2^63", "not-websocket": "HTTP after the 101",
                  "accept-wrong": "no session", "request-broken": "no request of HTTP to tshark", "response-broken": "no session", "response-unsolicited": "no session",
                  "websocket-extensions": "no session"}


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=60, check=False)


def recorded(whydrop, capture):
    frames, verdict = [], None
    for line in run(whydrop, "inspect", str(capture), "--output", "ndjson").stdout.splitlines():
        event = json.loads(line)
        if event["kind"] == "frame":
            compressed = "text" not in event and "base64" not in event and event.get("rsv", 0) & 4
            frames.append((bool(event.get("fin", True)), event.get("rsv", 0), event["opcode"], bool(event.get("mask")),
                           None if compressed else event["length"]))
        if event["kind"] == "verdict":
            verdict = event
    return frames, verdict


def every(value):
    return value if isinstance(value, list) else [value]


def read(packets):
    done = run("tshark", "-n", "-r", packets, "-T", "json", "--no-duplicate-keys")
    frames, comments, problems = [], "", []
    for packet in json.loads(done.stdout or "[]"):
        layers = packet["_source"]["layers"]
        for comment in every(layers.get("pkt_comment", [])):
            comments += json.dumps(comment, ensure_ascii=False)
        text = json.dumps(layers)
        problems += [word for word in ("tcp.analysis.retransmission", "tcp.analysis.lost_segment", "tcp.analysis.out_of_order",
                                       "_ws.malformed") if word in text]
        for one in every(layers.get("websocket", [])):
            if isinstance(one, dict) and "websocket.opcode" in one:
                length = next((int(one[key]) for key in ("websocket.payload_length_ext_64", "websocket.payload_length_ext_16",
                                                         "websocket.payload_length") if key in one), 0)
                frames.append((one["websocket.fin"] in ("1", True), int(one.get("websocket.rsv", "0"), 0),
                               int(one["websocket.opcode"]), one["websocket.mask"] in ("1", True), length))
    return frames, comments, problems


def main():
    whydrop, names, failed = sys.argv[1], sys.argv[2:], 0
    with tempfile.TemporaryDirectory() as folder:
        for capture in sorted(SESSIONS.glob("*.ndjson")):
            if names and capture.stem not in names:
                continue
            packets = f"{folder}/{capture.stem}.pcapng"
            run(whydrop, "export", str(capture), "--to", "pcapng", "-o", packets)
            frames, verdict = recorded(whydrop, capture)
            seen, comments, problems = read(packets)
            alike = [(*got[:4], None if want[4] is None else got[4]) for want, got in zip(frames, seen)]
            wrong = []
            if capture.stem not in LEAVES_FRAMING and (alike != frames or len(seen) != len(frames)):
                wrong.append(f"frames: {len(frames)} recorded, {len(seen)} seen; first difference "
                             f"{next(((w, g) for w, g in zip(frames, alike) if w != g), None)}")
            if verdict and json.dumps(verdict["headline"], ensure_ascii=False)[1:60] not in comments:
                wrong.append("the verdict is no comment")
            wrong += sorted(set(problems)) if capture.stem not in LEAVES_FRAMING else []
            failed += bool(wrong)
            print(f"{capture.stem:36} {len(seen):4} frames  {'; '.join(wrong) or 'alike'}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
