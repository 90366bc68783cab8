"""Recorded sessions for the tests of replay and diff, and the captures that are made of them."""
import json
import pathlib

FIXTURES = pathlib.Path(__file__).parents[2] / "fixtures"
PROFILES = sorted(path.stem for path in (FIXTURES / "profiles").glob("*.json"))


def scenarios(profile):
    played = json.loads((FIXTURES / "rehearsals" / f"{profile}.json").read_text(encoding="utf-8"))
    return list(played["scenarios"])


def record(test, profile, scenario="happy", *more):
    """The path of a capture of the scenario, as its own client plays it."""
    path = test.path(f"{profile}.{scenario}.ndjson")
    done = test.whydrop("send", "--profile", profile, f"--rehearse={scenario}", "-q", "--no-store", "--capture", path, *more)
    test.assertEqual(done.exit, 0, done.out + done.err)
    return path


def events_of(path):
    lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines[1:]]


def har_of(path):
    """A capture's first WebSocket session as Chrome's network panel saves it."""
    events = events_of(path)
    session = next(event["conn"] for event in events if event["kind"] == "response" and event["status"] == 101)
    events = [event for event in events if event["conn"] == session]
    of = {event["kind"]: event for event in events}
    start = 1785578400.0
    messages = [{"type": "send" if event["from"] == "client" else "receive", "time": start + event["t_ns"] / 1e9,
                 "opcode": event["opcode"], "data": event.get("text", "")}
                for event in events if event["kind"] == "frame" and event["opcode"] in (1, 2)]
    return {"log": {"version": "1.2", "creator": {"name": "WebInspector", "version": "537.36"}, "pages": [], "entries": [{
        "_initiator": {"type": "script"}, "_priority": "High", "_resourceType": "websocket", "_webSocketMessages": messages,
        "cache": {}, "connection": "443", "startedDateTime": "2026-08-01T10:00:00.000Z", "time": 30.0,
        "request": {"method": "GET", "url": of["open"]["url"], "httpVersion": "HTTP/1.1", "headers": of["request"]["headers"],
                    "queryString": [], "cookies": [], "headersSize": -1, "bodySize": 0},
        "response": {"status": 101, "statusText": "Switching Protocols", "httpVersion": "HTTP/1.1",
                     "headers": of["response"]["headers"], "cookies": [], "content": {"size": 0, "mimeType": "x-unknown"},
                     "redirectURL": "", "headersSize": -1, "bodySize": -1, "_transferSize": 0, "_error": None},
        "serverIPAddress": "127.0.0.1", "timings": {"blocked": -1, "dns": -1, "connect": 1, "send": 0, "wait": 1, "receive": 0}}]}}


def texts_of_client(path):
    return [event["text"] for event in events_of(path)
            if event["kind"] == "frame" and event["from"] == "client" and event["opcode"] == 1]


def lines_of_client(path):
    """What the client said, a JSON message a line."""
    return "".join(text + "\n" for text in texts_of_client(path))
