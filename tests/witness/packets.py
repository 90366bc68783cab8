#!/usr/bin/python3
"""Each rehearsed ending, seen by whydrop's own client and by tcpdump on loopback at once: both must tell the same story.

    tests/witness/packets.py build/dev/whydrop [--tls] [--only NAME] [--keep FOLDER]

Needs tcpdump and the right to capture; with --tls tshark besides. Prints a row for each ending: where the two differ, both,
and what EXPLAINED says of it. A difference that is not explained, or an explained one that is none, fails. --keep leaves the
packets and both captures there: what tests/e2e/packets/ holds was made so.
"""
import argparse
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile

MARK = b"whydrop: no packet follows"
TOLD = ("code", "how", "ended_by", "cause")
# ending: with which schemes, and why the packets rightly say something else
OWN_LIMIT = "the limit is one of whydrop's own client: packets show that it went"
WHO_ENDED_TCP = "packets show which side ended TCP"
EXPLAINED = {
    "plain": ("ws wss", WHO_ENDED_TCP),
    "not-http": ("wss", WHO_ENDED_TCP),
    "endless-headers": ("ws wss", OWN_LIMIT),
    "huge-header": ("ws wss", OWN_LIMIT),
    "tls-close-notify": ("ws", WHO_ENDED_TCP),
    "tls-truncated": ("ws", WHO_ENDED_TCP),
}

# how far each side got in a flood before the client gave up is chance: alike or not, both are right
FLOODS = ("empty-fragments", "endless-pings", "inflate-bomb")


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **more)


def verdict(whydrop, capture, *options):
    done = run(whydrop, "inspect", capture, "--output", "ndjson", *options)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    verdicts = [line for line in lines if line["kind"] == "verdict"]
    if not verdicts:
        return {"error": done.stderr.strip()}
    told = {key: verdicts[-1][key] for key in TOLD}
    told["finding"] = (verdicts[-1]["findings"] or [{"id": None}])[0]["id"]
    return told


class Packets:
    """tcpdump on loopback, from before the first packet until the last one is in the file."""

    def __init__(self, path, port):
        self.path, self.mark = path, socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.mark.bind(("127.0.0.1", 0))
        mark_port = self.mark.getsockname()[1]
        self.process = subprocess.Popen(
            ["tcpdump", "-i", "lo", "-U", "-B", "65536", "--immediate-mode", "-s", "0", "-w", path,
             f"tcp port {port} or udp port {mark_port}"], stderr=subprocess.PIPE, text=True)
        while "listening on" not in self.process.stderr.readline():
            if self.process.poll() is not None:
                sys.exit("tcpdump cannot capture")

    def stop(self):
        self.mark.sendto(MARK, self.mark.getsockname())
        while MARK not in pathlib.Path(self.path).read_bytes():
            os.sched_yield()
        self.process.terminate()
        self.process.communicate()
        self.mark.close()


def both(whydrop, ending, tls, folder):
    rehearsal = subprocess.Popen([whydrop, "rehearse", "--ending", ending, "--after", "1", "--port", "0", *(["--tls"] if tls else [])],
                                 stdout=subprocess.PIPE, text=True)
    try:
        url = next(word for line in rehearsal.stdout for word in line.split() if word.startswith(("ws://", "wss://")))
        packets, live, keys = (str(folder / f"{ending}.{kind}") for kind in ("pcap", "ndjson", "keys"))
        watch = Packets(packets, int(url.rsplit(":", 1)[1].strip("/")))
        options = ["-k", "--keylog", keys] if tls else []
        run(whydrop, "connect", url, *options, "--execute", "one", "--for", "3s", "--capture", live, "--overwrite")
        watch.stop()
        return verdict(whydrop, live), verdict(whydrop, packets, *(["--keylog", keys] if tls else []))
    finally:
        rehearsal.terminate()
        rehearsal.communicate()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("whydrop")
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--only")
    parser.add_argument("--keep")
    given = parser.parse_args()
    names = [line.split()[0] for line in run(given.whydrop, "rehearse", "--list").stdout.splitlines() if line.strip()]
    failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(given.keep or scratch)
        folder.mkdir(exist_ok=True)
        for name in names:
            if given.only and given.only != name:
                continue
            live, seen = both(given.whydrop, name, given.tls, folder)
            schemes, why = EXPLAINED.get(name, ("", None))
            same, why = live == seen, why if ("wss" if given.tls else "ws") in schemes.split() else None
            failed += same == bool(why) and name not in FLOODS
            differing = {key: (live.get(key), seen.get(key)) for key in {**live, **seen} if live.get(key) != seen.get(key)}
            print(f"{name:28} {'same' if same else differing}{f'  ({why})' if why else ''}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
