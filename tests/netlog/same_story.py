#!/usr/bin/python3
"""The same story from each witness: every ending of `whydrop rehearse`, over ws and wss, seen by Debian's Chromium with a net log
and by whydrop itself; the two verdicts must agree in code, how, who and leading finding, but where EXPLAINED says why not.

    tests/netlog/same_story.py WHYDROP [--mode Everything|Default] [--keep LOG] [ENDING...]

Prints each difference with its explanation; exits 1 if one has none. Takes three minutes and a browser, so it is outside CI.
"""
import argparse
import asyncio
import json
import pathlib
import re
import subprocess
import sys
import tempfile

from browser import Browser

SESSION_S = 4
# Made to weigh: the log of them alone is 500 MB, and they end as others do.
HEAVY = {"endless-pings", "inflate-bomb", "deep-json", "empty-fragments", "endless-headers", "huge-header"}
FIELDS = ("code", "how", "ended_by", "cause")
AT_ONCE = "Chromium closes the connection itself as soon as a rule is broken; whydrop waits for the server"
UTF8 = "Chromium fails a connection with 1002 whatever rule was broken"
GONE = "Chromium waits 60 s for the answer to its Close; the test ends the server before"
# What differs between the two clients themselves, by ending: only the fields that are named may differ.
BROKEN = ("close-one-byte", "close-1005", "close-1006", "close-1015", "close-bad-utf8", "data-after-close", "masked-frame", "rsv1",
          "rsv2", "reserved-opcode", "bad-utf8", "oversize-ping", "fragmented-control", "broken-continuation",
          "missing-continuation", "non-minimal-length", "compressed-garbage", "length-overflow")
EXPLAINED = {ending: {"how": AT_ONCE} for ending in BROKEN}
EXPLAINED["bad-utf8"]["code"] = EXPLAINED["compressed-garbage"]["code"] = UTF8
EXPLAINED["no-close-reply"] = EXPLAINED["silent"] = dict.fromkeys(("how", "ended_by"), GONE)
EXPLAINED["upgrade-timeout"] = dict.fromkeys(("how", "cause"), "the page gives up by its own timer, whydrop by --connect-timeout")
EXPLAINED["huge-frame"] = dict.fromkeys(("code", "how", "cause"), "Chromium drops the connection without a Close, and its log does not say why; whydrop fails it with 1009")


def endings(whydrop):
    listed = subprocess.run([whydrop, "rehearse", "--list"], stdout=subprocess.PIPE, text=True, check=True).stdout
    return [line.split()[0] for line in listed.splitlines() if line and line[0] != " "]


def serve(whydrop, ending, tls):
    server = subprocess.Popen([whydrop, "rehearse", "--port", "0", "--ending", ending, *(["--tls"] if tls else [])],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    for line in server.stdout:
        if found := re.search(r"wss?://[^\s]+", line):
            return server, found[0].rstrip("/") + f"/{'tls' if tls else 'tcp'}/{ending}"
    raise OSError(f"rehearse --ending {ending}: it said no address")


def verdicts(lines):
    """The verdict of each connection, by its URL's path."""
    paths, found = {}, {}
    for line in lines:
        event = json.loads(line)
        if event.get("kind") == "open":
            paths[event["conn"]] = "/".join(event["url"].split("/")[3:])
        elif event.get("kind") == "verdict" and event["conn"] in paths:
            found[paths[event["conn"]]] = event
        elif event.get("kind") == "verdict" and len(paths) == 1:
            found[next(iter(paths.values()))] = event  # a run of one connection has one verdict
    return found


async def live(whydrop, url):
    process = await asyncio.create_subprocess_exec(
        whydrop, "connect", url, "-k", "--origin", "null", "--execute", "hello", "--for", f"{SESSION_S}s", "--profile", "none",
        "--output", "ndjson", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    out, _ = await process.communicate()
    return verdicts(out.decode().splitlines())


async def record(whydrop, names, log, mode):
    told = {}
    async with Browser(log, mode, ["--ignore-certificate-errors"]) as browser:
        for tls in (False, True):
            for name in names:
                server, url = serve(whydrop, name, tls)
                try:
                    # One after the other: `rehearse` counts messages of all its sessions.
                    await browser.session(url, limit_s=SESSION_S)
                    told.update(await live(whydrop, url))
                finally:
                    server.kill()
                    server.wait()
    return told


def compare(told, seen):
    """Prints what differs; returns what has no explanation."""
    unexplained = 0
    for path, live_verdict in told.items():
        ending = path.split("/")[1]
        allowed = EXPLAINED.get(path, EXPLAINED.get(ending, {}))
        logged = seen.get(path)
        if logged is None:
            print(f"{path}: no session in the log")
            unexplained += 1
            continue
        for field in FIELDS:
            if logged.get(field) == live_verdict.get(field):
                continue
            why = allowed.get(field)
            unexplained += why is None
            print(f"{path}: {field}: live {live_verdict.get(field)}, log {logged.get(field)}: {why or 'NOT EXPLAINED'}")
    return unexplained


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("whydrop")
    parser.add_argument("endings", nargs="*")
    parser.add_argument("--mode", default="Everything")
    parser.add_argument("--keep", help="write the net log there")
    given = parser.parse_args()
    whydrop = str(pathlib.Path(given.whydrop).resolve())
    with tempfile.TemporaryDirectory() as folder:
        log = given.keep or f"{folder}/log.json"
        told = asyncio.run(record(whydrop, given.endings or [each for each in endings(whydrop) if each not in HEAVY], log, given.mode))
        inspected = subprocess.run([whydrop, "inspect", log, "--profile", "none", "--output", "ndjson"], stdout=subprocess.PIPE,
                                   text=True)
        unexplained = compare(told, verdicts(inspected.stdout.splitlines()))
    print(f"{len(told)} endings, {unexplained} differences without an explanation")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
