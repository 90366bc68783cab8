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


def message_complete(check):
    del check["steps"][0]["send"]["drop"]


def right_path(check):
    del check["target"]["url"]


def start_first(check):
    check["steps"].insert(0, {"send": {"message": "start"}})
    check["steps"][1] = {"wait": "0s"}


# Check: the scenario in which it must fail, what is said of it, and what else is changed where a server that is well-behaved in
# every scenario would do what the check asks for.
FAILS = {
    "apigw-websocket-answers": ("backend-failed", "", None),
    "apigw-websocket-idle-limit": ("upgrade-403", "", None),
    "apigw-websocket-unknown-route": ("happy", "", None),
    "genesys-notifications-pong": ("no-pong", "", None),
    "genesys-notifications-stays": ("channel-taken", "", None),
    "genesys-notifications-wrong-secret": ("happy", "", None),
    "genesys-web-messaging-comes-back": ("f15-black-hole", "", None),
    "genesys-web-messaging-message": ("message-not-echoed", "", None),
    "genesys-web-messaging-unknown-deployment": ("happy", "", None),
    "genesys-webchat-v2-attaches": ("not-served", "", None),
    "genesys-webchat-v2-ends": ("conversation-not-attachable", "", None),
    "genesys-webchat-v2-unknown-queue": ("deployment-disabled", "", None),
    "guest-conversations-comes-back": ("wrong-region", "", None),
    "guest-conversations-starts": ("language-mismatch", "", None),
    "guest-conversations-wrong-path": ("happy", "", right_path),
    "guest-event-comes-back": ("queue-paused", "", None),
    "guest-event-connects": ("queue-paused", "", None),
    "guest-event-queue-missing": ("happy", "", message_complete),
    "guest-sessions-ends-with-token": ("happy", "", at_step(2, within="300ms")),
    "guest-sessions-expired-token": ("happy", "", None),
    "guest-sessions-message": ("valid-token-closed-1000", "", None),
    "guest-tutorial-bad-token": ("happy", "", None),
    "guest-tutorial-chat": ("queued-for-ever", "", None),
    "guest-tutorial-heartbeat": ("drop-then-recover", "", None),
    "webchat-start-start-limit": ("happy", "", at_step(1, within="300ms")),
    "webchat-start-starts": ("happy", "", at_step(0, drop=["/payload/webchatId"])),
    "webchat-start-wrong-action": ("happy", "", start_first),
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
        scenario, _, change = FAILS[name]
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
                    self.assertEqual(says, FAILS[name][1])


if __name__ == "__main__":
    unittest.main()
