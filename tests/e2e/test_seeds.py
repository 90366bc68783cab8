#!/usr/bin/python3
"""Dialects as people meet them: whydrop typed as they would, without --profile, against servers that behave as they tell.

Each server is not ours: it knows nothing of profiles, and does to a client what the people of the thread say that theirs did.
"""
import base64
import json
import re
import time
import unittest

import harness

UUID = "a1b2c3d4-5678-90ab-cdef-1234567890ab"


def jwt(**claims):
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
    return f"{part({'alg': 'HS256'})}.{part(claims)}.{part('signature')}"


def said(connection):
    """The client's next data message as JSON."""
    while True:
        first, payload = harness.ByHand.read_frame(connection)
        if first & 0xF == 8:
            raise EOFError
        if first & 0xF in (1, 2):
            return json.loads(payload)


def say(connection, value):
    connection.sendall(harness.text(json.dumps(value)))


def wants_a_queue(connection):
    """Thread 0: a connect without its queue is an invalid message."""
    while True:
        message = said(connection)
        fits = message.get("event") == "connect" and "queueId" in message.get("routing", {})
        say(connection, {"event": "connected"} if fits else {"event": "error", "message": "invalid message"})


def wants_routing_data(answer):
    """Thread 1: the server answers connect, and drops whoever sends a startChat that is malformed or too early, without a word."""
    def talk(connection):
        said(connection)
        if answer:
            say(connection, {"type": answer})
        while "routingData" in said(connection):
            pass
    return talk


def wants_a_token(connection):
    """Thread 2: the first message is answered with 1000 and no reason."""
    said(connection)
    harness.ByHand.end(connection)


def wants_start(connection):
    """Thread 3: whatever is not start ends the session, without a Close."""
    while said(connection).get("action") == "start":
        say(connection, {"action": "session_start"})


def wants_the_session(connection):
    """Thread 4: a message with another session_id than the session call gave is refused."""
    say(connection, {"type": "routing", "status": "queued"})
    while True:
        message = said(connection)
        fits = message.get("session_id") == UUID
        say(connection, {"type": "guest_message_delivered"} if fits else {"type": "error", "reason": "session_id mismatch"})
        if not fits:
            return harness.ByHand.end(connection, 1008)


START_CHAT = json.dumps({"type": "startChat", "queueId": UUID, "guestName": "WFM Test User", "guestEmail": "test@example.com"})
MESSAGE = json.dumps({"type": "message", "content": "Hello from custom UI", "timestamp": "2024-05-01T10:00:00.000Z"})
CONNECT = json.dumps({"action": "connect", "org_id": "my-org-id", "deployment_id": "my-deployment-id"})
WS = "/api/v2/webmessaging/guest/ws?guest_token={token}&organization_id=gen-1"

# Name: server, path, arguments, the profile, and what leads the verdict.
ROWS = {
    "0, as asked": (
        wants_a_queue, "/", ["--execute", '{"event": "connect", "routing": {"attributes": {"email": "test@example.com"}}}'],
        "guest-event", r"\(guest-event recognised\): connect: /routing/queueId is missing[.;]"),
    "1, as asked, to a server that says connect": (
        wants_routing_data("connect"), "/api/v2/guestconversations/websocket",
        ["--execute", '{"type":"connect","sessionId":"1"}', "--execute", START_CHAT],
        "guest-conversations", r"\(guest-conversations recognised\): startChat: /routingData is missing[.;]"),
    "1, at the path of the answer": (
        wants_routing_data("connected"), "/api/v2/guest/conversations/websocket",
        ["--execute", '{"type":"connect","version":"2.0"}', "--execute", START_CHAT],
        "guest-conversations", r"\(guest-conversations recognised\): startChat: /routingData is missing[.;]"),
    "1, startChat alone": (
        wants_routing_data(None), "/api/v2/guest/conversations/websocket",
        ["--execute", START_CHAT.replace('"guestName"', '"routingData": {"language": "en-US"}, "guestName"'), "--execute", "{}"],
        "guest-conversations", r"startChat was sent <t> after the session opened, before connect was sent and connected came[.;]"),
    "2, no token": (
        wants_a_token, "/api/v2/guest/sessions", ["--execute", MESSAGE],
        "guest-sessions", r"\(guest-sessions recognised\): No token was sent: guest-sessions takes access_token in the header "
                          r"Authorization; the server closed with 1000 \(normal closure\)[.;]"),
    "2, an expired token": (
        wants_a_token, "/api/v2/guest/sessions",
        ["--execute", MESSAGE, "-H", "Authorization: Bearer " + jwt(exp=1600000000, scope="guest:write")],
        "guest-sessions", r": The token \(Authorization, #\d+\) had expired [^;]* before the session opened; the server closed with "
                          r"1000 \(normal closure\)[.;]"),
    "3, as asked": (
        wants_start, "/webchat/api/v2/connections", ["--execute", CONNECT],
        "webchat-start", r'\(webchat-start recognised\): The client sent .*: webchat-start has none such; did you mean start\?'),
    "4, no session_id": (
        wants_the_session, WS.format(token="abc"), ["--execute", '{"type":"message","text":"Hello"}'],
        "guest-tutorial", r"\(guest-tutorial recognised\): message: /session_id is missing[.;]"),
    "4, a session_id that the client made": (
        wants_the_session, WS.format(token="abc"), ["--execute", '{"type":"message","session_id":"1","text":"Hello"}'],
        "guest-tutorial", r'\(guest-tutorial recognised\): The server answered error, "session_id mismatch": the session_id that was '
                          r'sent is not the one that the session call gave[.;]'),
}


class Seeds(harness.Test):
    def play(self, talk, path, arguments, *more):
        with harness.ByHand(talk) as server:
            done = self.whydrop("connect", server.url + path, "--for", "2s", *arguments, "--capture", self.path("run.ndjson"),
                                "--overwrite", "--with-opinions", *more)
        return done, self.lines_of("run.ndjson")

    @staticmethod
    def headline(lines):
        verdict = [line for line in lines if line["kind"] == "verdict"][-1]
        return re.sub(r"less than 1 ms|\b\d+(\.\d+)? (ms|µs|s)\b", "<t>", verdict["headline"])

    def test_the_cause_leads(self):
        for name, (talk, path, arguments, profile, expected) in ROWS.items():
            with self.subTest(seed=name):
                done, lines = self.play(talk, path, arguments)
                self.assertRegex(self.headline(lines), expected)
                told = [line for line in lines if line.get("id") == "dialect-recognised"]
                self.assertEqual(len(told), 1, told)
                self.assertTrue(told[0]["says"].startswith(profile + " recognised ("), told[0]["says"])
                self.assertEqual(done.out.count(" · dialect-recognised: "), 1, done.out)

    def test_a_capture_is_recognised_as_the_session_was(self):
        for name, (talk, path, arguments, _, _) in ROWS.items():
            with self.subTest(seed=name):
                _, lines = self.play(talk, path, arguments)
                done = self.whydrop("inspect", self.path("run.ndjson"), "--output", "ndjson")
                again = [json.loads(line) for line in done.out.splitlines()]
                self.assertEqual(self.headline(again), self.headline(lines))

    def test_none_switches_it_off(self):
        for name, (talk, path, arguments, profile, _) in ROWS.items():
            with self.subTest(seed=name):
                done, lines = self.play(talk, path, arguments, "--profile", "none")
                self.assertNotIn("recognised", done.out + done.err)
                self.assertEqual([line for line in lines if line.get("id") == "dialect-recognised"], [])
                again = self.whydrop("inspect", self.path("run.ndjson"))
                self.assertNotIn("recognised", again.out + again.err)
                named = self.whydrop("inspect", self.path("run.ndjson"), "--profile", profile)
                self.assertNotIn("recognised", named.out + named.err)

    def test_match_recognises_the_same(self):
        for name, (talk, path, arguments, profile, _) in ROWS.items():
            with self.subTest(seed=name):
                self.play(talk, path, arguments)
                done = self.whydrop("profile", "match", self.path("run.ndjson"))
                self.assertTrue(done.out.startswith(profile + ": "), done.out)
                self.assertIn("judged    by it, without --profile", done.out)

    def test_a_good_token_is_not_what_was_missing(self):
        token = jwt(exp=int(time.time()) + 3600, scope="guest:write")
        _, lines = self.play(wants_a_token, "/api/v2/guest/sessions", ["--execute", MESSAGE, "-H", "Authorization: Bearer " + token])
        ids = {finding["id"] for finding in [line for line in lines if line["kind"] == "verdict"][-1]["findings"]}
        self.assertIn("closed-with-valid-token", ids)
        self.assertFalse({"token-missing", "token-expired"} & ids)

    def test_a_token_that_cannot_be_read_is_not_called_good(self):
        _, lines = self.play(wants_a_token, "/api/v2/guest/sessions", ["--execute", MESSAGE, "-H", "Authorization: Bearer abc"])
        ids = {finding["id"] for finding in [line for line in lines if line["kind"] == "verdict"][-1]["findings"]}
        self.assertFalse({"closed-with-valid-token", "token-missing"} & ids)


if __name__ == "__main__":
    unittest.main()
