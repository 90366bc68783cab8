#!/usr/bin/python3
"""Measures fixtures/fieldguide: starts the real software on loopback, provokes what each row says, and compares.

    tests/fieldguide/run.py [--install] [--filter WORD] [--folder DIR] [--show]

Fails where file and wire differ, where a row that says it was measured has no trial, and where a trial has no row. Says what
was skipped. --install lets apt-get install the Debian packages that are missing; npm's go into the folder (a temporary one)."""
import argparse
import concurrent.futures
import json
import pathlib
import re
import sys
import time

import lab as labs
from trials import CLIENTS, TRIALS, client_trial

FILES = pathlib.Path(__file__).resolve().parents[2] / "fixtures/fieldguide"
HOLES = {"{limit}": r"([0-9][0-9,]*)", "{size}": r"([0-9][0-9,]*)", "{*}": ".*"}


def pattern(text):
    """The regular expression of a row's text (lib/fieldguide/pattern.hpp)."""
    return "".join(HOLES.get(part, re.escape(part)) for part in re.split(r"(\{limit\}|\{size\}|\{\*\})", text))


def fits(limit, seconds):
    return limit - 0.5 <= seconds <= limit + max(2, limit / 50)


def texts_of(row, out):
    """What came where the row's text stands."""
    return {"reason": [out.reason], "body": [out.body.rstrip("\r\n"), out.headers.get("x-websocket-reject-reason", "")],
            "message": out.messages, "error": out.messages}[row.get("in", "reason")]


def differences(row, out, options):
    """What the file says against what came; nothing where they agree."""
    found = []
    if row.get("ending", "none") != out.ending:
        found.append(f"ending {row.get('ending')}, came {out.ending}")
    if row.get("code") != out.code:
        found.append(f"code {row.get('code')}, came {out.code}")
    if "status" in row and row["status"] != out.status:
        found.append(f"status {row['status']}, came {out.status}")
    if "text" in row and not any(re.fullmatch(pattern(row["text"]), text, re.S) for text in texts_of(row, out)):
        found.append(f"text {row['text']!r}, came {texts_of(row, out)}")
    if "text" not in row and out.reason:
        found.append(f"no text, came {out.reason!r}")
    limit = options.get("seconds", row.get("seconds"))
    if limit and (out.seconds is None or not fits(limit, out.seconds)):
        found.append(f"{limit} s, came {out.seconds}")
    shortened = "seconds" in options or options.get("shortened")
    if shortened and "note" not in row["source"]:
        found.append("the trial shortens it, and the source has no note")
    if "bytes" in row and not shortened and getattr(out, "passed", None) != row["bytes"]:
        found.append(f"{row['bytes']} bytes pass, came {getattr(out, 'passed', None)}")
    return found


def attempt(lab, key):
    function, options = TRIALS[key]
    began = time.monotonic()
    try:
        return key, function(lab), options, time.monotonic() - began
    except Exception as error:  # pylint: disable=broad-except
        return key, error, options, time.monotonic() - began


def load(word):
    rows, products = {}, {}
    for path in sorted(FILES.glob("*.json")):
        product = json.loads(path.read_text(encoding="utf-8"))
        products[product["software"]] = product
        rows.update({(product["software"], row["id"]): row for row in product["rows"]
                     if "measured" in row["source"] and row.get("in") != "console"})  # consoles: browser.py
    for key, row in rows.items():
        if row["trigger"] == "error-text" and key[0] in CLIENTS:
            TRIALS[key] = client_trial(key[0], key[1].removeprefix("client-"))
    wanted = {key for key in rows.keys() | TRIALS.keys() if word in " ".join(key)}
    return products, rows, sorted(wanted)


def judge(rows, results, show):
    """Prints each result; returns how many differ and what was skipped."""
    bad, skipped = 0, []
    for key, out, options, took in results:
        name = " ".join(key)
        if isinstance(out, labs.Skip):
            skipped.append(f"{name}: {out}")
            continue
        if isinstance(out, Exception):
            found = [f"{type(out).__name__}: {out}"]
        elif key not in rows:
            found = ["no row"]
        else:
            found = differences(rows[key], out, options)
        bad += bool(found)
        if found or show:
            print(f"{'DIFFERS' if found else 'ok     '} {name} ({took:.1f} s): {'; '.join(found)}\n        {out}", flush=True)
    return bad, skipped


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--install", action="store_true")
    parser.add_argument("--filter", default="")
    parser.add_argument("--folder")
    parser.add_argument("--show", action="store_true", help="print what came for rows that agree, too")
    options = parser.parse_args()
    _, rows, wanted = load(options.filter)
    untried = [key for key in wanted if key not in TRIALS]
    lab = labs.Lab(options.folder, options.install)
    try:
        lab.prepare()
        with concurrent.futures.ThreadPoolExecutor(max_workers=24) as pool:
            futures = [pool.submit(attempt, lab, key) for key in wanted if key in TRIALS]
            bad, skipped = judge(rows, (f.result() for f in concurrent.futures.as_completed(futures)), options.show)
    finally:
        lab.end()
    for key in untried:
        print(f"DIFFERS {' '.join(key)}: measured, says the file, and there is no trial")
    for line in skipped:
        print(f"skipped {line}")
    print(f"{len(futures) - bad - len(skipped)} rows agree, {bad + len(untried)} differ, {len(skipped)} skipped")
    return 1 if bad or untried else 0


if __name__ == "__main__":
    sys.exit(main())
