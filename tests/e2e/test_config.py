#!/usr/bin/python3
"""Targets that a person named: what is sent and recorded, and what is said of a file with mistakes."""
import json
import os
import pathlib
import unittest

import harness


class Config(harness.Test):
    def write(self, targets):
        path = pathlib.Path(self.env["HOME"], ".config/whydrop/config.json")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"whydrop_config": 1, "targets": targets}), encoding="utf-8")
        return str(path)

    def test_a_named_target_brings_what_belongs_to_it(self):
        folder = self.path("captures")
        os.mkdir(folder)
        self.write({"chat": {"url": self.rehearse(), "origin": "https://app.example",
                             "headers": {"Authorization": {"env": "CHAT_TOKEN", "before": "Bearer "}, "X-Client": "smoke"},
                             "subprotocols": ["a", "b"], "captures": folder}})
        done = self.whydrop("@chat", "-d", "hi", "-n", "1", "-q", "-H", "X-Client: other", env={"CHAT_TOKEN": "token-of-the-test"})
        self.assertEqual(done.exit, 0, done.err)
        [capture] = os.listdir(folder)
        self.assertRegex(capture, r"^chat-\d{8}-\d{6}\.ndjson$")
        [request] = [event for event in self.lines_of(f"captures/{capture}") if event.get("kind") == "request"]
        headers = {field["name"]: field["value"] for field in request["headers"]}
        self.assertEqual(headers["Authorization"], "Bearer " + "x" * len("token-of-the-test"))
        self.assertEqual(headers["Origin"], "https://app.example")
        self.assertEqual(headers["Sec-WebSocket-Protocol"], "a, b")
        self.assertEqual(headers["X-Client"], "other")

    def test_mistakes_are_told(self):
        path = self.write({"chat": {"url": "ws://127.0.0.1:9/", "headers": {"Authorization": "Bearer abc"}}})
        fault = f"{path}:1:101: /targets/chat/headers/Authorization is a secret in clear: " \
                'write {"env": "NAME"} or {"file": "PATH"}\n'
        done = self.whydrop("config", "check")
        self.assertEqual((done.exit, done.out), (1, fault))
        done = self.whydrop("@chat")
        self.assertEqual((done.exit, done.err), (2, f"whydrop: error: {fault}"))
        path = self.write({"chat": {"url": "ws://127.0.0.1:9/", "headers": {"Authorization": {"env": "CHAT_TOKEN"}}}})
        self.assertEqual(self.whydrop("config", "check").out, f"{path}: ok\n")
        self.assertEqual(self.whydrop("config", "list").out, "@chat                 ws://127.0.0.1:9/\n")
        self.assertEqual(self.whydrop("@chat").err,
                         "whydrop: error: target chat: Authorization: the environment variable CHAT_TOKEN is not set\n")
        self.assertEqual(self.whydrop("send", "@chta", "x").err,
                         f"whydrop: error: target chta: {path} names none so; did you mean chat?\nhint: whydrop config list\n")

    def test_what_a_session_would_find_out_is_told(self):
        path = self.write({"a": {"url": "example"}, "b": {"url": "wss://me:word@h/"}, "c": {"profile": "guest-tutoril"},
                           "d": {"url": "localhost:1", "profile": "none"}})
        done = self.whydrop("config", "check")
        self.assertEqual(done.exit, 1)
        self.assertEqual([line.split(" ", 1)[1] for line in done.out.splitlines()], [
            "/targets/a/url cannot be used: url example: the scheme is missing; write ws://example or wss://example",
            "/targets/b/url cannot be used: it holds a password in clear",
            "/targets/c/profile cannot be used: profile guest-tutoril: no such profile; did you mean guest-tutorial?; "
            "whydrop profile list"])
        self.assertTrue(done.out.startswith(f"{path}:1:"), done.out)


if __name__ == "__main__":
    unittest.main()
