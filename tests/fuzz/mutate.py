#!/usr/bin/python3
"""Feeds whydrop files of every kind that it reads, changed by chance: none may crash it, hang it or make it large.

mutate.py WHYDROP [--count N] [--seed N]: N files (10,000 without it), the same ones for the same seed. A run that ends by a
signal, by exit code 70, or not within its time is a failure; its file is kept and named.
"""
import argparse
import concurrent.futures
import os
import pathlib
import random
import resource
import subprocess
import sys
import tempfile

FIXTURES = pathlib.Path(__file__).resolve().parent.parent.parent / "fixtures"
TIME_LIMIT_S = 20
MEMORY = 1 << 30
LARGEST = 256 << 10
# What is read, and by which command; {} is the file.
KINDS = {
    "capture": (["captures/v1/*.ndjson"], [["inspect", "{}"], ["replay", "{}", "--plan"], ["diff", "{}", "{}"],
                                           ["check", "--from-capture", "{}"], ["export", "{}", "--to", "har"],
                                           ["export", "{}", "--to", "pcapng"], ["export", "{}", "--to", "curl"]]),
    "packets": (["packets/*.pcap"], [["inspect", "{}"], ["replay", "{}", "--plan"], ["diff", "{}", "{}"], ["export", "{}", "--to", "pcapng"]]),
    "netlog": (["netlogs/*.json"], [["inspect", "{}"], ["inspect", "{}", "--url", "*/close"], ["export", "{}", "--to", "har"], ["replay", "{}", "--plan"], ["diff", "{}", "{}"]]),
    "asyncapi": (["asyncapi/*.yaml", "asyncapi/parts/*"], [["profile", "import", "{}"], ["validate", "--schema", "{}#/components", "{}"]]),
    "profile": (["profiles/*.json"], [["profile", "check", "{}"]]),
    "check": (["checks/*.json"], [["check", "{}", "--list"]]),
    "schema": (["schemas/*.json"], [["validate", "--schema", "{}", "{}"]]),
    "rehearsal": (["rehearsals/*.json"], [["rehearse", "--profile", "genesys-notifications", "--rehearsal", "{}", "--list"]]),
}
PIECES = [b"", b"\0", b"\xff", b"\xed\xa0\x80", b'"', b"\\", b"{", b"}", b"[" * 64, b"]" * 64, b"-1", b"1e999", b"9" * 40, b"null",
          b"\n", b"\r\n", b'"seq":0', b'"conn":4294967295', b'"length":18446744073709551615', b"xxxxxxxx", b"\\u0000", b"\\ud800"]


def changed(text, chance):
    """A few changes; the result is bounded."""
    made = bytearray(text)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(made) + 1)
        kind = chance.randrange(5)
        if kind == 0:
            made[at:at + chance.randint(0, 64)] = chance.choice(PIECES)
        elif kind == 1:
            del made[at:]
        elif kind == 2:
            size = chance.randint(1, 256)
            made[at:at] = made[at:at + size]
        elif kind == 3 and at < len(made):
            made[at] ^= 1 << chance.randrange(8)
        else:
            lines = bytes(made).split(b"\n")
            chance.shuffle(lines)
            made = bytearray(b"\n".join(lines))
    return bytes(made[:LARGEST])


def bounded():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not os.environ.get("WHYDROP_SANITIZE"):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def run(whydrop, command, file, home):
    arguments = [whydrop, *(part.replace("{}", str(file)) for part in command)]
    environment = {"HOME": home, "PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"}
    try:
        done = subprocess.run(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=TIME_LIMIT_S, preexec_fn=bounded, env=environment, cwd=home, check=False)
    except subprocess.TimeoutExpired:
        return f"{' '.join(command)}: not done within {TIME_LIMIT_S} s"
    if done.returncode < 0 or done.returncode == 70:
        return f"{' '.join(command)}: exit {done.returncode}: {done.stderr[-300:]!r}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("whydrop")
    parser.add_argument("--count", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", default="mutants", help="folder for files that made it fail")
    given = parser.parse_args()
    whydrop = str(pathlib.Path(given.whydrop).resolve())
    chance = random.Random(given.seed)
    originals = {kind: sorted(file for pattern in patterns for file in FIXTURES.glob(pattern))
                 for kind, (patterns, _) in KINDS.items()}
    failures = 0
    with tempfile.TemporaryDirectory(prefix="whydrop-mutate-") as folder, \
            concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        def attempt(n, kind, command, content):
            file = pathlib.Path(folder, f"{n}.json")
            file.write_bytes(content)
            said = run(whydrop, command, file, folder)
            file.unlink()
            return n, said, content

        def jobs():
            for n in range(given.count):
                kind = chance.choice(sorted(KINDS))
                content = changed(chance.choice(originals[kind]).read_bytes()[:LARGEST], chance)
                yield pool.submit(attempt, n, kind, chance.choice(KINDS[kind][1]), content)

        waiting = []
        for job in jobs():
            waiting.append(job)
            if len(waiting) >= 256:
                failures += tell(waiting.pop(0).result(), given.keep)
        for job in waiting:
            failures += tell(job.result(), given.keep)
    print(f"{given.count} files, seed {given.seed}: {failures} failures")
    return 1 if failures else 0


def tell(result, keep):
    n, said, content = result
    if said is None:
        return 0
    pathlib.Path(keep).mkdir(exist_ok=True)
    file = pathlib.Path(keep, f"{n}.json")
    file.write_bytes(content)
    print(f"{file}: {said}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
