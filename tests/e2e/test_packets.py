#!/usr/bin/python3
"""Packets that tcpdump recorded (tests/witness/packets.py), and what inspect says of them: packets.json, to the word."""
import json
import pathlib
import unittest

import harness
import run

PACKETS = pathlib.Path(__file__).resolve().parents[2] / "fixtures" / "packets"
EXPECTED = pathlib.Path(__file__).with_name("packets.json")
TOLD = ("code", "how", "ended_by", "cause", "headline")


class Packets(harness.Test):
    def told(self, path):
        done = self.whydrop("inspect", str(path), "--output", "ndjson")
        lines = [json.loads(line) for line in done.out.splitlines()]
        verdicts = [line for line in lines if line["kind"] == "verdict"]
        endings = [line for line in lines if line["kind"] == "ending"]
        return {"exit": done.exit, **({"err": done.err.replace(str(PACKETS) + "/", "")} if done.err else {}),
                **{key: verdicts[-1][key] for key in TOLD if verdicts},
                "detail": [line["detail"] for line in endings], "frames": sum(line["kind"] == "frame" for line in lines)}

    def read(self, name):
        return pathlib.Path(self.path(name)).read_text(encoding="utf-8")

    def test_each_file(self):
        told = {path.name: self.told(path) for path in sorted(PACKETS.glob("*.pcap*"))}
        if run.UPDATE:
            EXPECTED.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        self.assertEqual(told, json.loads(EXPECTED.read_text(encoding="utf-8")))

    def test_what_is_exported_as_packets_is_read_as_the_same_story(self):
        for ending in ("close", "fin", "reset", "refused", "fin-mid-frame", "masked-frame"):
            url = self.rehearse("--ending", ending, "--after", "1")
            self.whydrop("send", url, "hello", "--capture", f"{ending}.ndjson")
            self.assertEqual(self.whydrop("export", f"{ending}.ndjson", "--to", "pcapng", "-o", f"{ending}.pcapng").exit, 0)
            with self.subTest(ending=ending):
                live, again = self.told(self.path(f"{ending}.ndjson")), self.told(self.path(f"{ending}.pcapng"))
                self.assertEqual([again[key] for key in TOLD[:-1]], [live[key] for key in TOLD[:-1]])

    def test_keys_of_tls_are_written_for_those_who_ask(self):
        url = self.rehearse("--tls")
        for arguments, environment in ((("--keylog", "a.txt"), {}), ((), {"SSLKEYLOGFILE": self.path("b.txt")})):
            self.assertEqual(self.whydrop("send", url, "hello", "-k", *arguments, env=environment).exit, 0)
        keys = len(self.read("a.txt").splitlines())
        self.assertEqual(self.whydrop("send", url, "again", "-k", "--keylog", "a.txt").exit, 0)
        self.assertEqual(len(self.read("a.txt").splitlines()), 2 * keys)
        for name in ("a.txt", "b.txt"):
            path = pathlib.Path(self.path(name))
            self.assertEqual((path.stat().st_mode & 0o777, "CLIENT_TRAFFIC_SECRET_0 " in self.read(name)), (0o600, True))
        done = self.whydrop("send", url, "hello", "-k", "--keylog", "nowhere/a.txt")
        self.assertEqual((done.exit, done.err), (3, "whydrop: error: cannot write nowhere/a.txt: No such file or directory\n"))

    def test_no_key_log_no_tshark(self):
        done = self.whydrop("inspect", "run.ndjson", "--keylog", "keys.txt")
        self.assertEqual((done.exit, done.err), (3, "whydrop: error: cannot read run.ndjson: No such file or directory\n"))
        url = self.rehearse()
        self.whydrop("send", url, "hello", "--capture", "run.ndjson")
        done = self.whydrop("inspect", "run.ndjson", "--keylog", "keys.txt")
        self.assertEqual((done.exit, done.err), (2, "whydrop: error: option --keylog: run.ndjson is no packet capture\n"))


if __name__ == "__main__":
    unittest.main()
