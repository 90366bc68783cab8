#!/usr/bin/python3
"""Runs whydrop against peers and compares everything that it prints.

usage: run.py WHYDROP [--cases DIR] [--filter TEXT] [--jobs N]

A case is an object in one of the *.json files of DIR; see README.md beside this file. WHYDROP_UPDATE_GOLDEN=1 writes what was
printed as what is expected. Prints "N passed, N failed" last; exits 1 if a case failed.
"""
import argparse
import concurrent.futures
import difflib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading

import peers

HERE = pathlib.Path(__file__).resolve().parent
FIXTURES = str(pathlib.Path(__file__).resolve().parents[2] / "fixtures")
TIME_LIMIT_S = 40
UPDATE = os.environ.get("WHYDROP_UPDATE_GOLDEN") == "1"

# What differs from run to run, in the order in which it is replaced. Few on purpose: what is replaced is not checked.
VOLATILE = [
    # Keys of the handshake: 16 and 20 bytes in base64; first, since one may hold what looks like a time.
    (re.compile(r"(?<![\w+/])([A-Za-z0-9+/]{22}==|[A-Za-z0-9+/]{27}=)(?!=)"), "<key>"),
    # A line of the verdict that is broken at the terminal's width breaks elsewhere when a time in it grows.
    (re.compile(r"(?<=\S)\n(?: {6})?(?:▌ (?=\S)|  {14}(?=\S))"), " "),
    # An excerpt without blanks is broken anywhere: where depends on the width of the time before it.
    (re.compile(r"(?:(?<= the end: )|(?<= the first Close: )|(?<= B\): ))\{.*", re.M), lambda found: found[0].replace(" ", "")),
    # Made anew each time; an excerpt may cut it.
    (re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{0,12}-?){1,4}|(?<=\":\")[0-9a-f]{1,8}(?=…)"), "<uuid>"),
    # Seconds since 1970, from 2023 to 2033: other numbers of this size are nanoseconds of a test's own clock.
    (re.compile(r"\b1[7-9]\d{8}\b"), "<epoch>"),
    (re.compile(r"(127\.0\.0\.1|\[::1\]|localhost):\d{4,5}\b"), r"\1:{port}"),
    # A date; an excerpt may cut it.
    (re.compile(r"\b20\d\d-\d\d-\d\d(?:[T ][\d:]+(?:\.\d+)?Z?)?|\b20\d\d-[\d-]*(?=…)"), "<date>"),
    (re.compile(r"\b\d\d:\d\d:\d\d\.\d{3,}"), "<t>"),
    # A wait before a reconnect that is drawn by chance; one that a profile sets is in whole seconds, and stays.
    (re.compile(r"(?<=again in )(?!\d+ s )[^(]+(?= \()"), "<t>"),
    (re.compile(r"less than 1 ms|(?<![\w.])(?<!again in )\d+(\.\d+)? ?(ns|µs|us|ms|s)\b"), "<t>"),
    (re.compile(r"(?<![\w.])\+?\d+\.\d{3,}(?= |$)", re.M), "<t>"),
    (re.compile(r"(?<=duration_ms)(\"?: ?)\d+"), r"\1<n>"),
    # How many pongs are sent amid a flood of pings depends on the machine's speed.
    (re.compile(r"#\d{6,}"), "#<n>"),
    # The masking key of a client's frame, but for one that a test wrote.
    (re.compile(r"( header [0-9a-f]{2} [89a-f][0-9a-f](?: [0-9a-f]{2})*?)(?! 01 02 03 04)(?: [0-9a-f]{2}){4}$", re.M), r"\1 <mask>"),
    # Where both sides may speak first it is chance whose message is seen before the dialect is recognised.
    (re.compile(r"(recognised \(the URL's path is its own)[^\n]*"), r"\1"),
    # A busy machine makes the kernel send a segment again.
    (re.compile(r"\n +• At the end TCP had [^\n]*"), ""),
]


def normalise(text, places):
    for shown, value in places.items():
        if value:
            # A port's digits also stand inside longer numbers.
            text = re.sub(rf"(?<!\d){re.escape(value)}(?!\d)", lambda _, name=shown: "{" + name + "}", text)
    for pattern, replacement in VOLATILE:
        text = pattern.sub(replacement, text)
    return text.splitlines()


# Lines of each verdict that is printed in its short form, and how many a reader should meet: in nine of ten.
HEIGHTS = []
FEW_LINES, SHARE_OF_FEW = 8, 0.9


def note_height(arguments, out):
    """Counts the lines of the verdict at the end of an output."""
    starts = [at for at, line in enumerate(out.splitlines()) if line.startswith("▌ ")]
    if starts and not any(argument.startswith("-v") for argument in arguments):
        lines = out.splitlines()
        first = next(at for at in starts if all(line.startswith("▌ ") for line in lines[at:starts[-1] + 1]))
        HEIGHTS.append(len(lines) - first)


def are_short():
    """True if enough verdicts are short, or too few were printed to tell."""
    return len(HEIGHTS) < 100 or sum(height <= FEW_LINES for height in HEIGHTS) >= SHARE_OF_FEW * len(HEIGHTS)


def fill(value, places):
    for shown, text in places.items():
        value = value.replace("{" + shown + "}", text)
    return value


def environment(home):
    names = ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    return {**kept, "HOME": home, "LANG": "C.UTF-8", "TERM": "dumb", "NODE_PATH": "/usr/share/nodejs"}


def meddle(process, when):
    """Waits for a line of output, then does to the program or its network what the case says. Returns what was read."""
    read = b""
    while when["stdout"].encode() not in read:
        line = process.stdout.readline()
        if not line:
            return read
        read += line
    if "signal" in when:
        process.send_signal(signal.Signals[when["signal"]])
    if "run" in when:
        subprocess.run(when["run"], check=True)
    return read


def run_whydrop(whydrop, case, places, tmp):
    arguments = [fill(argument, places) for argument in case["args"]]
    if case.get("capture"):
        arguments += ["--capture", tmp + "/run.ndjson"]
    env = {**environment(tmp), **{name: fill(value, places) for name, value in case.get("env", {}).items()}}
    process = subprocess.Popen([whydrop] + arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env=env, cwd=tmp)
    limit = threading.Timer(TIME_LIMIT_S, process.kill)
    limit.start()
    out = meddle(process, case["when"]) if "when" in case else b""
    rest, err = process.communicate(fill(case.get("stdin", ""), places).encode())
    out += rest
    if not limit.is_alive():
        err += b"(stopped by the runner: time limit)\n"
    limit.cancel()
    return process.returncode, out.decode(errors="backslashreplace"), err.decode(errors="backslashreplace")


def capture_facts(whydrop, tmp):
    """How the capture says that it ended, and the verdict that reading it again gives."""
    path = tmp + "/run.ndjson"
    endings = [json.loads(line) for line in open(path, encoding="utf-8", errors="replace") if '"kind":"ending"' in line]
    again = subprocess.run([whydrop, "inspect", path, "--output", "ndjson"], capture_output=True, text=True,
                           timeout=TIME_LIMIT_S, env=environment(tmp), check=False)
    verdicts = [json.loads(line) for line in again.stdout.splitlines() if '"kind":"verdict"' in line]
    verdict = verdicts[-1] if verdicts else {}
    facts = {"how": endings[-1]["how"] if endings else None, "by": endings[-1].get("by") if endings else None}
    for name in ("code", "code_source", "browser_code", "ended_by", "cause"):
        facts[name] = verdict.get(name)
    return facts


def run_case(whydrop, case):
    """Returns what was seen, in the form of the case's "expect"."""
    if "before" in case:
        subprocess.run(case["before"], check=True)
    with tempfile.TemporaryDirectory(prefix="whydrop-e2e-") as tmp, peers.Stage(whydrop, tmp, environment(tmp)) as stage:
        places = {"tmp": tmp, "fixtures": FIXTURES, **stage.start(case.get("peer"))}
        for name, content in case.get("files", {}).items():
            pathlib.Path(tmp, name).parent.mkdir(parents=True, exist_ok=True)
            pathlib.Path(tmp, name).write_text(fill(content, places), encoding="utf-8")
        code, out, err = run_whydrop(whydrop, case, places, tmp)
        note_height(case["args"], out)
        shown = {name: places[name] for name in ("tmp", "fixtures", "url", "port") if name in places}
        seen = {"exit": code, "stdout": normalise(out, shown), "stderr": normalise(err, shown)}
        if case.get("capture"):
            seen["capture"] = capture_facts(whydrop, tmp)
        return seen


def differences(expected, seen):
    for part in sorted(set(expected) | set(seen)):
        want, got = expected.get(part), seen.get(part)
        if want == got:
            continue
        if isinstance(want, list) and isinstance(got, list):
            yield from (f"    {line}" for line in difflib.unified_diff(want, got, part + " expected", part, lineterm="", n=1))
        else:
            yield f"    {part}: expected {json.dumps(want)}, is {json.dumps(got)}"


def judge(whydrop, case):
    try:
        seen = run_case(whydrop, case)
    except (OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
        return [f"    could not be run: {type(error).__name__}: {error}"]
    if UPDATE:
        case["expect"] = seen
        return []
    if "expect" not in case:
        return ["    no expectation yet: what whydrop prints was never found right"]
    return list(differences(case["expect"], seen))


def load(directory, wanted):
    files = {path: json.loads(path.read_text(encoding="utf-8")) for path in sorted(directory.glob("*.json"))}
    cases = [case for path, content in files.items() for case in content if wanted in path.stem or wanted in case["name"]]
    names = [case["name"] for content in files.values() for case in content]
    if len(set(names)) != len(names):
        sys.exit("run.py: two cases have the same name")
    return files, cases


ISOLATED = "WHYDROP_TESTS_ISOLATED"


def isolate():
    """Starts this program again in a network of its own, which a case may cut; 77 where the system does not allow it."""
    inside = ["unshare", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    if subprocess.run(inside + ["true"], capture_output=True, check=False).returncode != 0:
        print("skipped: this system allows no network namespace")
        sys.exit(77)
    os.environ[ISOLATED] = "1"
    os.execvp(inside[0], inside + ["/usr/bin/python3"] + sys.argv)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("whydrop")
    parser.add_argument("--cases", type=pathlib.Path, default=HERE / "cases")
    parser.add_argument("--filter", default="")
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    # What cuts the network is never run in the machine's own.
    if given.cases.resolve().name == "isolated" and ISOLATED not in os.environ:
        isolate()
    files, cases = load(given.cases, given.filter)
    whydrop = str(pathlib.Path(given.whydrop).resolve())
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(1 if ISOLATED in os.environ else given.jobs) as pool:
        for case, problems in zip(cases, pool.map(lambda case: judge(whydrop, case), cases)):
            if problems:
                failed += 1
                print(f"FAILED {case['name']}", *problems, sep="\n", flush=True)
    if UPDATE:
        for path, content in files.items():
            path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if not are_short():
        failed += 1
        print(f"FAILED: {sum(height > FEW_LINES for height in HEIGHTS)} of {len(HEIGHTS)} verdicts take more than {FEW_LINES} lines")
    print(f"{len(cases) - failed} passed, {failed} failed")
    return 1 if failed or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
