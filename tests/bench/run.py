#!/usr/bin/env python3
"""Measures whydrop against the reference client and prints a table of ratios, all from one run on one machine.

usage: tests/bench/run.py [BUILD_DIR] [--quick] [--only NAME] [--against OTHER_WHYDROP]

Each row runs whydrop and the reference (of some rows, whydrop on other input) by turns, and compares the medians, of time on the clock and of processor time (user and
system, of that process alone: on a machine that does other things too, it says more). --against also runs another whydrop by the same
turns, as an older build; a line below each row compares with it. The last rows are of the parts: nanoseconds a message. Not a test: it fails only where a program fails.
"""
import argparse
import atexit
import functools
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import typing

ROOT = pathlib.Path(__file__).resolve().parents[2]
MIXES = ("chat", "plain")  # of messages (mix.hpp)
LINE = {"chat": 200, "plain": 42}  # bytes of a message that is sent


class Peer:
    """A bench_peer process: a context manager whose url is ready."""

    def __init__(self, build, *arguments):
        self.process = subprocess.Popen([build / "tests/bench/bench_peer", *map(str, arguments)],
                                        stdout=subprocess.PIPE, text=True)
        scheme = "wss" if "tls" in arguments else "ws"
        self.url = f"{scheme}://127.0.0.1:{int(self.process.stdout.readline())}/"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def peak_kib(pid):
    """VmHWM of a process that runs; 0 once it is gone. (ru_maxrss would count this script's own memory before the exec.)"""
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)


class Failed(Exception):
    """A program that ended with another exit code than it should."""


class Cost(typing.NamedTuple):
    """What a run took, in seconds."""
    wall: float
    cpu: float

    @classmethod
    def median(cls, costs):
        return cls(*map(statistics.median, zip(*costs)))

    def over(self, other):
        """How many times `other` it is, by the clock and by the processor."""
        return Cost(self.wall / other.wall, self.cpu / max(other.cpu, 1e-6))


def timed(command, expected, stdin=None, output=None):
    """The Cost of one run, what it prints written to `output`; Failed if the exit code is none of those expected."""
    with tempfile.TemporaryFile() as errors, open(output or os.devnull, "wb") as out:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdin=stdin or subprocess.DEVNULL, stdout=out, stderr=errors)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in expected:
            errors.seek(0)
            raise Failed(f"{command}: exit {process.returncode}, not {expected}: {errors.read().decode()}")
    return Cost(wall, used.ru_utime + used.ru_stime)


def peak(command):
    """Peak memory of one run in KiB, looked at every millisecond."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    highest = 0
    while process.poll() is None:
        highest = max(highest, peak_kib(process.pid))
        time.sleep(0.001)
    return highest


def by_turns(runs, rounds):
    """The median Cost of each run, all run by turns: {name: function} to {name: Cost}."""
    costs = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            costs[name].append(run())
    return {name: Cost.median(each) for name, each in costs.items()}


class Bench:
    def __init__(self, build, quick, against=None):
        self.build, self.quick = build, quick
        # All as an installation writes them: a linker writes a file in pieces, and memory then maps it in pieces.
        installed = pathlib.Path(tempfile.mkdtemp(prefix="bench-", dir=build))
        atexit.register(shutil.rmtree, installed, ignore_errors=True)
        self.whydrops = {"whydrop": pathlib.Path(shutil.copy(build / "whydrop", installed))}
        if against:
            self.whydrops["older"] = pathlib.Path(shutil.copy(against, installed / "older"))
        self.reference = pathlib.Path(shutil.copy(build / "tests/bench/bench_reference", installed))
        self.ram = pathlib.Path(tempfile.mkdtemp(prefix="whydrop-bench-", dir="/dev/shm"))
        atexit.register(shutil.rmtree, self.ram, ignore_errors=True)
        self.rounds = 3 if quick else 5

    def count(self, full):
        return full // 10 if self.quick else full

    def compare(self, ours, reference, rounds=None):
        """Costs of what ours(program) runs for each whydrop, and of the reference."""
        runs = {"reference": reference}
        for name, program in self.whydrops.items():
            runs[name] = functools.partial(ours, program)
        return by_turns(runs, rounds or self.rounds)

    def receive(self, count, size, mix, flags=(), output=None, how=()):
        """`output`: the file that standard output goes to; null: nowhere. `how`: "tls" or "deflate"."""
        with Peer(self.build, "flood", count, size, mix, *how) as peer:
            words = ["deflate"] if "deflate" in how else []
            return self.compare(lambda program: timed([program, "connect", peer.url, *flags], (0, 7), output=output),
                                lambda: timed([self.reference, "receive", peer.url, self.ram / "payloads", *words], (0,)))

    def capture_flags(self, *more):
        return ["-q", "--capture", self.ram / "run.ndjson", "--overwrite", *more]

    def known_secrets(self, count, mix):
        """The same flood recorded by one who gave secrets, which are looked for everywhere, against one who gave none."""
        secrets = ["-H", "Authorization: Bearer a-token-of-some-length-0123456789", "-H", "X-Api-Key: key-8c1f2b", "-b", "session=cookie-value-42",
                   "--secret", "password=correct-horse-battery"]
        with Peer(self.build, "flood", count, 200, mix) as peer:
            def run(program, *more):
                return timed([program, "connect", peer.url, *self.capture_flags(*more)], (0, 7))
            return self.compare(lambda program: run(program, *secrets), lambda: run(self.whydrops["whydrop"]))

    def with_lines(self, count, mix, command):
        """The Cost of a command that is given so many messages, a line each."""
        lines = self.ram / f"lines-{mix}-{count}"
        if not lines.exists():
            with open(lines, "wb") as out:
                subprocess.run([self.build / "tests/bench/bench_peer", "lines", str(count), str(LINE[mix]), mix], stdout=out, check=True)
        with open(lines, "rb") as stdin:
            return timed(command, (0,), stdin)

    @staticmethod
    def from_stdin(program, url, *flags):
        # The linger after the last reply is a wait of its own, which the reference has not.
        return [program, "connect", url, "-q", "--replies", "none", "--linger", "0s", *flags]

    def lines(self, count, mix):
        with Peer(self.build, "sink") as peer:
            return self.compare(lambda program: self.with_lines(count, mix, self.from_stdin(program, peer.url)),
                                lambda: self.with_lines(count, mix, [self.reference, "lines", peer.url]))

    def recorded(self, program, count, mix, url):
        """A capture of so many messages of the client's, as the program itself writes it."""
        capture = self.ram / f"client-{program.name}-{mix}-{count}.ndjson"
        self.with_lines(count, mix, self.from_stdin(program, url, "--capture", capture, "--overwrite"))
        return capture

    @staticmethod
    def from_capture(program, url, capture):
        return [program, "replay", capture, "--url", url, "-q", "--pace", "fast"]

    def replay(self, count, mix):
        """The same messages from a capture, against those from standard input."""
        with Peer(self.build, "sink") as peer:
            captures = {program: self.recorded(program, count, mix, peer.url) for program in self.whydrops.values()}
            return self.compare(lambda program: timed(self.from_capture(program, peer.url, captures[program]), (0,)),
                                lambda: self.with_lines(count, mix, self.from_stdin(self.whydrops["whydrop"], peer.url)))

    def once(self):
        with Peer(self.build, "echo") as peer:
            return self.compare(lambda program: timed([program, "send", peer.url, "hello", "-q", "--linger", "0s"], (0,)),
                                lambda: timed([self.reference, "once", peer.url, "hello"], (0,)), 10 * self.rounds)

    def memory_of_replay(self, program):
        with Peer(self.build, "sink") as peer:
            peaks = [peak(self.from_capture(program, peer.url, self.recorded(program, count, "chat", peer.url)))
                     for count in (10_000, self.count(1_000_000))]
        return (peaks[1] - peaks[0]) / 1024

    def memory(self, program):
        peaks = []
        for count in (10_000, self.count(1_000_000)):
            with Peer(self.build, "flood", count, 200, "chat") as peer:
                peaks.append(peak([program, "connect", peer.url, *self.capture_flags()]))
        return (peaks[1] - peaks[0]) / 1024

    def inspect(self, mix):
        """For each whydrop, of `inspect --output summary` over a capture of its own: MB, the Cost, and the peak memory in MiB."""
        commands = {}
        for name, program in self.whydrops.items():
            capture = self.ram / f"big-{name}.ndjson"
            with Peer(self.build, "flood", self.count(830_000), 200, mix) as peer:
                timed([program, "connect", peer.url, "-q", "--capture", capture, "--overwrite"], (0, 7))
            commands[name] = [program, "inspect", capture, "--output", "summary"]
        costs = by_turns({name: functools.partial(timed, command, (0, 1)) for name, command in commands.items()}, self.rounds)
        return {name: (command[2].stat().st_size / 1e6, costs[name], peak(command) / 1024) for name, command in commands.items()}

    def schema(self):
        """Nanoseconds a message of 200 bytes, by what judges it; ajv is installed into the build folder where npm can."""
        data = [ROOT / "tests/bench/schema" / name for name in ("schema.json", "messages.ndjson")]
        command = [self.build / "tests/bench/bench_schema", *data, str(self.rounds)]
        output = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
        modules = self.build / "ajv"
        if shutil.which("npm") and not (modules / "node_modules/ajv").exists():
            modules.mkdir(exist_ok=True)
            subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "ajv@8"], cwd=modules, check=False,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if shutil.which("node") and (modules / "node_modules/ajv").exists():
            output += subprocess.run(["node", ROOT / "tests/bench/schema/ajv.js", *data, str(self.rounds)], check=True,
                                     text=True, stdout=subprocess.PIPE, env={**os.environ, "NODE_PATH": modules / "node_modules"}).stdout
        return {name: float(ns) for name, ns in (line.rsplit(" ", 1) for line in output.splitlines())}


def schema_row(times):
    for name in ("whydrop parse+valid", "rapidjson sax", "ajv parse+validate"):
        said = f"{times[name]:8.0f} ns" if name in times else " not run: ajv could not be installed with npm"
        print(f"{'schema, a 200 B message, ' + name:<52} {said}")
    limit = min(ns for name, ns in times.items() if not name.startswith("whydrop"))
    print(f"{'schema, whydrop against the faster':<52} {times['whydrop parse+valid'] / limit:8.2f} x  "
          f"{'ok' if times['whydrop parse+valid'] <= limit else 'OVER'} (at most 1.0)", flush=True)


def told(limit, value, word="OVER"):
    return "ok" if value <= limit else word


def ratio_row(name, limit, costs):
    ours, reference = costs["whydrop"], costs["reference"]
    ratio = ours.over(reference)
    print(f"{name:<52} {ours.wall:8.3f} s {reference.wall:8.3f} s {ratio.wall:6.2f} x  {told(limit, ratio.wall):<4} (at most {limit})   "
          f"cpu {ours.cpu:8.3f} s {reference.cpu:8.3f} s {ratio.cpu:6.2f} x", flush=True)
    if "older" in costs:
        older, change = costs["older"], ours.over(costs["older"])
        print(f"{'  the older build; this one takes, of its time,':<52} {older.wall:8.3f} s {'':10} {change.wall:6.2f} x  "
              f"{'':20} cpu {older.cpu:8.3f} s {'':10} {change.cpu:6.2f} x", flush=True)


def memory_row(name, grown):
    print(f"{name:<52} {grown:+8.2f} MiB  {told(2, grown)} (at most +2)", flush=True)


def inspect_row(which, mix, size, cost, peak_mib):
    speed = size / cost.wall
    name = f"inspect --output summary of {size:.0f} MB, {mix}" if which == "whydrop" else "  the older build, of its own capture"
    print(f"{name:<52} {speed:8.0f} MB/s, peak {peak_mib:.1f} MiB, cpu {size / cost.cpu:.0f} MB/s  "
          f"{'ok' if speed >= 700 else 'UNDER'} (at least 700)", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", nargs="?", default=ROOT / "build/ci", type=pathlib.Path)
    parser.add_argument("--quick", action="store_true", help="a tenth of the messages, three rounds")
    parser.add_argument("--only", default="", help="rows whose name contains this")
    parser.add_argument("--against", metavar="OTHER_WHYDROP", type=pathlib.Path, help="another whydrop, measured in the same run")
    args = parser.parse_args()
    bench = Bench(args.build, args.quick, args.against)
    million, big, lines = bench.count(1_000_000), bench.count(200), bench.count(200_000)
    rows = []
    for mix in MIXES:
        judged = ("--profile", ROOT / f"tests/bench/{mix}.json", "--no-store")
        rows += [
            (f"receive {million} x 200 B, capture to RAM, {mix}", 0.5,
             functools.partial(bench.receive, million, 200, mix, bench.capture_flags())),
            (f"receive {million} x 200 B, no capture, {mix}", 0.3, functools.partial(bench.receive, million, 200, mix, ["-q"])),
            (f"receive {million} x 200 B, messages, {mix}", 0.4,
             functools.partial(bench.receive, million, 200, mix, ["--output", "messages"], bench.ram / "messages")),
            (f"receive {million} x 200 B, profile, capture, {mix}", 1.0,
             functools.partial(bench.receive, million, 200, mix, bench.capture_flags(*judged))),
            (f"receive {million} x 200 B, capture, secrets known, against none, {mix}", 1.03,
             functools.partial(bench.known_secrets, million, mix)),
            (f"receive {big} x 1 MiB, capture to RAM, {mix}", 0.3,
             functools.partial(bench.receive, big, 1 << 20, mix, bench.capture_flags())),
            (f"send {lines} lines from stdin, {mix}", 0.3, functools.partial(bench.lines, lines, mix)),
            (f"replay {lines} messages, against stdin, {mix}", 1.1, functools.partial(bench.replay, lines, mix)),
        ]
    rows += [
        (f"receive {million} x 200 B, capture, TLS, chat", 1.0,
         functools.partial(bench.receive, million, 200, "chat", bench.capture_flags("--insecure"), None, ["tls"])),
        (f"receive {million} x 200 B, capture, deflate, chat", 1.0,
         functools.partial(bench.receive, million, 200, "chat", bench.capture_flags(), None, ["deflate"])),
    ]
    rows.append(("one-shot send, no linger, local echo", 1.2, bench.once))
    print(f"{'':<52} {'whydrop':>10} {'reference':>10} {'ratio':>8}")
    for name, limit, run in rows:
        if args.only in name:
            ratio_row(name, limit, run())
    if args.only in "schema":
        schema_row(bench.schema())
    if args.only in "memory":
        for name, program in bench.whydrops.items():
            which = "" if name == "whydrop" else ", the older build"
            memory_row(f"peak memory, {million} against 10000{which or ' messages'}", bench.memory(program))
            memory_row(f"peak memory, {million} against 10000 replayed{which}", bench.memory_of_replay(program))
    if args.only in "inspect":
        for mix in MIXES:
            for name, measured in bench.inspect(mix).items():
                inspect_row(name, mix, *measured)
    if args.only in "parts":
        subprocess.run([args.build / "tests/bench/bench_parts", *MIXES], check=True)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        main()
    except Failed as failed:
        sys.exit(f"bench: {failed}")
