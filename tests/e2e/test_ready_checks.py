#!/usr/bin/python3
"""The checks that come with whydrop: three of each profile pass when they are rehearsed, and each of them can fail."""
import concurrent.futures
import copy
import json
import pathlib
import unittest

import harness

FIXTURES = pathlib.Path(__file__).parents[2] / "fixtures"
CHECKS = {path.stem: path for path in sorted((FIXTURES / "checks").glob("*.json"))}


def at_step(index, **changes):
    """Another value of members of a step."""
    def change(check):
        for members in check["steps"][index].values():
            members.update(changes)
    return change


def sends(index, message):
    """A message of the profile in place of a step."""
    def change(check):
        check["steps"][index] = {"send": {"message": message}}
    return change


def complete(index):
    """What a step sends lacks nothing."""
    def change(check):
        del check["steps"][index]["send"]["drop"]
    return change


def right_path(check):
    del check["target"]["url"]


def good_token(check):
    del check["target"]["variables"]


def without_separator(check):
    check["steps"][0]["send"]["text"] = check["steps"][0]["send"]["text"].rstrip("\x1e")


def with_separator(check):
    check["steps"][0]["send"]["text"] += "\x1e"


# Check: the scenario in which it must fail; what else is changed, where the server does what the check asks for in every scenario;
# and how that begins which is said of it.
FAILS = {
    "apigw-websocket-answers": ("backend-failed", None,
        "step 2 (expect message within {integration_limit}): gateway came"),
    "apigw-websocket-idle-limit": ("upgrade-403", None,
        "step 1 (connect): Cause: The gateway refused the upgrade with 403"),
    "apigw-websocket-unknown-route": ("happy", None,
        'step 2 (expect gateway where /message is "Forbidden", /requestId is of type "string"): message came'),
    "genesys-notifications-pong": ("no-pong", None,
        "step 3 (expect pong within {pong_wait}): waited 500 ms; 1 other message came: heartbeat"),
    "genesys-notifications-stays": ("channel-taken", None,
        "step 3.2 in turn 1 (expect pong within {pong_wait}): the session ended: Likely cause: "
        "The server said that another client took this channel; the server closed with 1000"),
    "genesys-notifications-wrong-secret": ("happy", None,
        'step 2 (expect a refusal 400 or 401 where /error is "invalid_client"): the session opened; expected '
        'a refusal'),
    "genesys-web-messaging-comes-back": ("f15-black-hole", None,
        'step 8 (expect StructuredMessage.echo where /body/text is "ping" within {echo_wait}): waited 500 '
        'ms; no message came'),
    "genesys-web-messaging-message": ("message-not-echoed", None,
        'step 5 (expect StructuredMessage.inbound where /body/text is "Is anybody there?", /body/id is of '
        'type "string" within {echo_wait}): waited 500 ms; no message came'),
    "genesys-web-messaging-unknown-deployment": ("happy", None,
        'step 2 (expect a refusal 403 where /message is "Forbidden"): the session opened; expected a refusal'),
    "genesys-webchat-v2-attaches": ("not-served", None,
        "step 1 (begin a session): Refused: POST /api/v2/webchat/guest/conversations answered 404 Not Found."),
    "genesys-webchat-v2-ends": ("conversation-not-attachable", None,
        'step 2 (expect member-change where /eventBody/member/state is "DISCONNECTED" within 5m): the '
        'session ended: Cause: The server closed with 4100: the conversation is over'),
    "genesys-webchat-v2-unknown-queue": ("deployment-disabled", None,
        'step 2 (expect a refusal 400 where /code is "chat.error.invalid.queue"): it was refused with status '
        '400, but /code is "chat.deployment.disabled"; expected "chat.error.invalid.queue"'),
    "graphql-transport-ws-answers": ("forbidden", None,
        "step 2 (expect connection_ack): the session ended: Cause: 4403 means that"),
    "graphql-transport-ws-init-limit": ("happy", at_step(0, within="300ms"),
        "step 1 (expect a close 4408 by the server within 300ms): waited 300 ms; the session did not end"),
    "graphql-transport-ws-too-early": ("forbidden", sends(0, "connection_init"),
        'step 2 (expect a close 4401 by the server): Close 4403 "Forbidden" came; expected 4401'),
    "graphql-ws-answers": ("newer-server", None,
        "step 2 (expect connection_ack): the session ended: Cause: 4406 is a code of the newer protocol"),
    "graphql-ws-comes-back": ("init-refused", None,
        "step 2 (expect connection_ack): connection_error came"),
    "graphql-ws-refuses": ("happy", None,
        "step 2 (expect connection_error): connection_ack came"),
    "guest-conversations-comes-back": ("wrong-region", None,
        "step 1 (send connect): Likely cause: The URL is ws://api.mypurecloud.[ie]/"),
    "guest-conversations-starts": ("language-mismatch", None,
        "step 4 (expect silence for 300ms): the session ended: The server's side ended TCP (FIN) without "
        "a Close frame"),
    "guest-conversations-wrong-path": ("happy", right_path,
        "step 2 (expect a refusal 404): the session opened; expected a refusal"),
    "guest-event-comes-back": ("queue-paused", None,
        "step 2 (expect connected): the session ended: The server's side ended TCP (FIN) without a "
        "Close frame"),
    "guest-event-connects": ("queue-paused", None,
        "step 2 (expect connected): the session ended: The server's side ended TCP (FIN) without a "
        "Close frame"),
    "guest-event-queue-missing": ("happy", complete(0),
        'step 2 (expect error where /message is "invalid message"): connected came'),
    "guest-sessions-ends-with-token": ("happy", at_step(2, within="300ms"),
        "step 3 (expect a close 1000 by the server within 300ms): waited 300 ms; the session did not end"),
    "guest-sessions-expired-token": ("happy", None,
        "step 2 (expect a close 1000 by the server): waited 1 s; the session did not end"),
    "guest-sessions-message": ("valid-token-closed-1000", None,
        "step 3 (expect silence for 300ms): the session ended: The server closed with 1000"),
    "guest-tutorial-bad-token": ("happy", good_token,
        'step 2 (expect a refusal 401 where /code is "bad.credentials"): the session opened; expected a '
        'refusal'),
    "guest-tutorial-chat": ("queued-for-ever", None,
        "step 2 (expect routing_connected within {queue_limit}): waited 1 s; 1 other message came: "
        "routing_queued"),
    "guest-tutorial-heartbeat": ("drop-then-recover", None,
        "step 4 (expect guest_message_delivered): the session ended: Probably one of your messages "),
    "engine.io-answers": ("not-a-packet", at_step(1, set={"/engine": "ping"}, drop=["/data"]),
        "step 3 (expect message where /data is \"Is anybody there?\"): the session ended: Likely cause: The client sent 2 (ping)"),
    "engine.io-not-a-packet": ("happy", sends(1, "message"),
        "step 3 (expect a close by the server): waited 1 s; the session did not end"),
    "engine.io-pong": ("no-pong", None,
        "step 2.1 in turn 2 (expect ping within 1m): the session ended: "),
    "json-rpc-answers": ("no-method", None,
        "step 2 (expect result where /id is 7): "),
    "json-rpc-no-method": ("happy", None,
        "step 2 (expect error where /error/code is -32601): waited 1 s; 1 other message came: result"),
    "json-rpc-not-json": ("happy", sends(0, "request"),
        "step 2 (expect error where /error/code is -32700): waited 1 s; 1 other message came: result"),
    "mqtt-delivers": ("not-authorized", None,
        "step 2 (expect connack where /code is 0): the session ended: Likely cause: The broker refused CONNECT"),
    "mqtt-ping": ("connect-twice", sends(2, "connect"),
        "step 4 (expect pingresp): the session ended: Likely cause: connect was sent"),
    "mqtt-too-early": ("happy", sends(0, "connect"),
        "step 2 (expect a close by the server): waited 1 s; the session did not end"),
    "ocpp-1.6-boots": ("rejected", None,
        "step 2 (expect boot_result where /2/status is \"Accepted\"): "),
    "ocpp-1.6-beats": ("rejected", None,
        "step 2 (expect boot_result where /2/status is \"Accepted\"): "),
    "ocpp-1.6-refuses": ("happy", complete(2),
        "step 4 (expect error): waited 1 s; 1 other message came: result"),
    "ocpp-2.0.1-boots": ("rejected", None,
        "step 2 (expect boot_result where /2/status is \"Accepted\"): "),
    "ocpp-2.0.1-beats": ("rejected", None,
        "step 2 (expect boot_result where /2/status is \"Accepted\"): "),
    "ocpp-2.0.1-refuses": ("happy", complete(2),
        "step 4 (expect error): waited 1 s; 1 other message came: result"),
    "phoenix-beats": ("join-refused", at_step(0, message="join"),
        "step 2 (expect reply where /2 is \"phoenix\"): "),
    "phoenix-joins": ("join-refused", None,
        "step 2 (expect reply where /2 is \"{topic}\"): "),
    "phoenix-too-early": ("happy", sends(0, "join"),
        "step 2 (expect refusal where /4/response/reason is \"unmatched topic\"): "),
    "signalr-answers": ("no-separator", without_separator,
        "step 2 (expect accepted): refused came"),
    "signalr-no-separator": ("happy", with_separator,
        "step 2 (expect refused within 20s): accepted came"),
    "signalr-shakes-hands": ("no-separator", without_separator,
        "step 2 (expect accepted): refused came"),
    "socket.io-answers": ("refused", None,
        "step 3 (expect connected): the session ended: Likely cause: The server refused the namespace /"),
    "socket.io-pong": ("no-pong", None,
        "step 4.1 in turn 2 (expect ping within 1m): the session ended: "),
    "socket.io-too-early": ("happy", sends(1, "connect"),
        "step 3 (expect a close by the server): waited 1 s; the session did not end"),
    "sockjs-answers": ("go-away", None,
        "step 3 (expect message where /messages/0 is \"Is anybody there?\"): the session ended: "),
    "sockjs-not-framed": ("happy", sends(1, "send"),
        "step 3 (expect a close by the server): waited 1 s; the session did not end"),
    "sockjs-opens": ("session-in-use", None,
        "step 1 (expect open): the session ended: Likely cause: The server closed the session, since another connection"),
    "stomp-delivers": ("refused", None,
        "step 2 (expect connected): the session ended: Likely cause: The server sent ERROR"),
    "stomp-receipt": ("refused", None,
        "step 2 (expect connected): the session ended: Likely cause: The server sent ERROR"),
    "stomp-too-early": ("happy", sends(0, "connect"),
        "step 2 (expect error): waited 1 s; 1 other message came: connected"),
    "webchat-start-start-limit": ("happy", at_step(1, within="300ms"),
        "step 2 (expect the ending fin within 300ms): waited 300 ms; the session did not end"),
    "webchat-start-starts": ("happy", at_step(0, drop=["/payload/webchatId"]),
        "step 2 (expect session_start where /payload/conversationId matches ^[0-9a-f-]{36}$): the session "
        "ended: Likely cause: start: /payload/webchatId is missing; the server's side ended TCP (FIN)"),
    "webchat-start-wrong-action": ("happy", sends(0, "start"),
        "step 2 (expect the ending fin): waited 1 s; the session did not end"),
    "xmpp-delivers": ("refused", None,
        'step 4 (expect success): the session ended: The server said "not-authorized"'),
    "xmpp-offers": ("no-domain", at_step(0, drop=["/attributes/to"]),
        "step 2 (expect open): the session ended: Likely cause: open: /attributes/to is missing"),
    "xmpp-refuses": ("happy", None,
        "step 4 (expect failure): waited 1 s; 1 other message came: success"),
}


class ReadyChecks(harness.Test):
    def test_three_of_each_profile(self):
        profiles = sorted(path.stem for path in (FIXTURES / "profiles").glob("*.json"))
        counted = {profile: 0 for profile in profiles}
        for name, path in CHECKS.items():
            profile = json.loads(path.read_text(encoding="utf-8"))["target"]["profile"]
            self.assertTrue(name.startswith(profile + "-"), name)
            counted[profile] += 1
        self.assertEqual(counted, {profile: 3 for profile in profiles})

    def test_all_pass_when_rehearsed(self):
        done = self.whydrop("check", *map(str, CHECKS.values()), "--rehearse", "--jobs", "4", "--report", "ndjson:out.ndjson")
        self.assertEqual(done.exit, 0, done.out + done.err)
        ended = [json.loads(line) for line in pathlib.Path(self.path("out.ndjson")).read_text(encoding="utf-8").splitlines()]
        names = {json.loads(path.read_text(encoding="utf-8"))["name"] for path in CHECKS.values()}
        self.assertEqual({line["name"] for line in ended if "name" in line}, names)
        self.assertEqual({line["status"] for line in ended if "name" in line}, {"passed"})

    def failure_of(self, name):
        scenario, change, _ = FAILS[name]
        check = copy.deepcopy(json.loads(CHECKS[name].read_text(encoding="utf-8")))
        check.update({"rehearse": scenario, "step_timeout": "1s"})
        if change:
            change(check)
        path = pathlib.Path(self.path(name + ".json"))
        path.write_text(json.dumps(check), encoding="utf-8")
        done = self.whydrop("check", str(path), "--rehearse", "--report", f"ndjson:{path}.out")
        told = json.loads(pathlib.Path(f"{path}.out").read_text(encoding="utf-8").splitlines()[0])
        return done.exit, told["status"], f"{told.get('step')}: {told.get('says')}", done

    def test_each_fails_where_it_must(self):
        self.assertEqual(sorted(FAILS), sorted(CHECKS))
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            for name, (code, status, says, done) in zip(FAILS, pool.map(self.failure_of, FAILS)):
                with self.subTest(check=name, scenario=FAILS[name][0]):
                    self.assertEqual(status, "failed", done.out + done.err)
                    self.assertNotEqual(code, 0)
                    self.assertTrue(says.startswith(FAILS[name][2]), says)


if __name__ == "__main__":
    unittest.main()
