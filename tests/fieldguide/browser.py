#!/usr/bin/python3
"""What Debian's Chromium tells a page, against what whydrop says a page is told: browser.py WHYDROP [--filter WORD].

Every ending of `whydrop rehearse --list` is played twice, for the browser and for whydrop. Held are: CloseEvent.code, wasClean and
the console's text against the verdict's browser_code, browser_clean and browser_console; and the text against the row
console-ENDING of fixtures/fieldguide/chromium.json (no row: no text). It costs Debian's chromium (a download of 100 MB, 400 MB
installed), playwright-core of npm (10 MB), and two minutes; so it is no part of tests/run.sh and CI."""
import argparse
import contextlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from run import FILES, pattern

HERE = pathlib.Path(__file__).resolve().parent
PLAYWRIGHT = "playwright-core@1.65.1"
# Endings that take a browser minutes, fill its memory, or need TLS whose end no page can tell from a FIN.
LEFT_OUT = {"silent": "nothing ends", "no-close-reply": "Chromium waits 60 s for a Close", "upgrade-timeout": "Chromium waits minutes",
            "tls-close-notify": "needs TLS", "tls-truncated": "needs TLS", "plain": "needs TLS", "endless-headers": "does not end",
            "huge-frame": "does not end", "endless-pings": "a flood", "empty-fragments": "a flood", "inflate-bomb": "a flood",
            "deep-json": "a flood"}
PAGE_CLOSES = {"none", "slow-drip"}  # good servers: whoever visits leaves


@contextlib.contextmanager
def rehearsed(whydrop, ending):
    """A server that ends a session so; gives its URL."""
    process = subprocess.Popen([whydrop, "rehearse", "-e", ending], stdout=subprocess.PIPE, text=True)
    try:
        yield next(found[0].rstrip(".,") for found in (re.search(r"ws://127\S*", line) for line in process.stdout) if found)
    finally:
        process.kill()
        process.wait()


class Browser:
    """Chromium behind browser.js."""

    def __init__(self, folder):
        folder = pathlib.Path(folder)
        (folder / "package.json").write_text('{"private": true}')
        subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", PLAYWRIGHT], cwd=folder, check=True)
        (folder / "browser.js").write_text((HERE / "browser.js").read_text())
        self.process = subprocess.Popen(["node", "browser.js", "/usr/bin/chromium"], cwd=folder, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, env={**os.environ, "HOME": str(folder)})
        self.version = json.loads(self.process.stdout.readline())["version"]

    def visit(self, **visit):
        self.process.stdin.write(json.dumps(visit) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def verdict(whydrop, url, protocols):
    """The verdict of whydrop's own session."""
    asked = [part for name in protocols for part in ("-s", name)]
    done = subprocess.run([whydrop, "connect", url, *asked, "--execute", "hello", "--for", "2s", "--output", "ndjson"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
    return [line for line in map(json.loads, done.stdout.splitlines()) if line.get("kind") == "verdict"][-1]


def differences(told, ours, row):
    found = []
    if told.get("code") != ours["browser_code"]:
        found.append(f"code {told.get('code')}, whydrop says {ours['browser_code']}")
    if told.get("clean") != ours["browser_clean"]:
        found.append(f"wasClean {told.get('clean')}, whydrop says {ours['browser_clean']}")
    text = row["text"] if row else ""
    if not re.fullmatch(pattern(text), told["console"]):
        found.append(f"console {told['console']!r}, the field guide has {text!r}")
    if not re.fullmatch(re.escape(ours.get("browser_console", "")).replace("…", ".*"), told["console"]):
        found.append(f"console {told['console']!r}, whydrop says {ours.get('browser_console', '')!r}")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("whydrop")
    parser.add_argument("--filter", default="")
    options = parser.parse_args()
    whydrop = str(pathlib.Path(options.whydrop).resolve())
    rows = {row["id"]: row for row in json.loads((FILES / "chromium.json").read_text(encoding="utf-8"))["rows"]}
    listed = subprocess.run([whydrop, "rehearse", "--list"], capture_output=True, text=True, check=True).stdout
    endings = [line.split()[0] for line in listed.splitlines() if options.filter in line.split()[0]]
    agree, bad = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        browser = Browser(folder)
        print("Chromium", browser.version)
        for ending in endings:
            if ending in LEFT_OUT:
                print(f"skipped {ending}: {LEFT_OUT[ending]}")
                continue
            protocols = ["chat"] if ending == "subprotocol-missing" else []
            with rehearsed(whydrop, ending) as url:
                told = browser.visit(url=url, protocols=protocols, close=ending in PAGE_CLOSES, wait=20000)
            with rehearsed(whydrop, ending) as url:
                found = differences(told, verdict(whydrop, url, protocols), rows.get("console-" + ending))
            agree += not found
            bad += bool(found)
            if found:
                print(f"DIFFERS {ending}: {'; '.join(found)}", flush=True)
        browser.end()
    known = {"console-" + ending for ending in endings}
    unplayed = [] if options.filter else sorted(id for id, row in rows.items() if id not in known and "measured" in row["source"])
    for row in unplayed:
        print(f"DIFFERS {row}: a row without an ending of that name")
    print(f"{agree} endings agree, {bad + len(unplayed)} differ")
    return 1 if bad or unplayed else 0


if __name__ == "__main__":
    sys.exit(main())
