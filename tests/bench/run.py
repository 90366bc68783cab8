#!/usr/bin/env python3
"""Measures whydrop against the reference client and prints a table of ratios, all from one run on one machine.

usage: tests/bench/run.py [BUILD_DIR] [--quick] [--only NAME]

Each row runs whydrop and the reference by turns, and compares the medians. Not a test: it fails only where a program fails.
"""
import argparse
import atexit
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Peer:
    """A bench_peer process: a context manager whose url is ready."""

    def __init__(self, build, *arguments):
        self.process = subprocess.Popen([build / "tests/bench/bench_peer", *map(str, arguments)],
                                        stdout=subprocess.PIPE, text=True)
        self.url = f"ws://127.0.0.1:{int(self.process.stdout.readline())}/"

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


def timed(command, expected, stdin=None):
    """Seconds of one run; ends the benchmark if the exit code is another."""
    start = time.perf_counter()
    process = subprocess.run(command, stdin=stdin or subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE, check=False)
    seconds = time.perf_counter() - start
    if process.returncode not in expected:
        sys.exit(f"bench: {command}: exit {process.returncode}, not {expected}: {process.stderr.decode()}")
    return seconds


def peak(command):
    """Peak memory of one run in KiB, looked at every millisecond."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    highest = 0
    while process.poll() is None:
        highest = max(highest, peak_kib(process.pid))
        time.sleep(0.001)
    return highest


def compare(ours, reference, rounds):
    """Medians of both, run by turns."""
    times = {"ours": [], "reference": []}
    for _ in range(rounds):
        times["reference"].append(reference())
        times["ours"].append(ours())
    return statistics.median(times["ours"]), statistics.median(times["reference"])


class Bench:
    def __init__(self, build, quick):
        self.build, self.quick = build, quick
        # Both as an installation writes them: a linker writes a file in pieces, and memory then maps it in pieces.
        installed = pathlib.Path(tempfile.mkdtemp(prefix="bench-", dir=build))
        atexit.register(shutil.rmtree, installed, ignore_errors=True)
        self.whydrop = pathlib.Path(shutil.copy(build / "whydrop", installed))
        self.reference = pathlib.Path(shutil.copy(build / "tests/bench/bench_reference", installed))
        self.ram = pathlib.Path(tempfile.mkdtemp(prefix="whydrop-bench-", dir="/dev/shm"))
        atexit.register(shutil.rmtree, self.ram, ignore_errors=True)
        self.rounds = 3 if quick else 5

    def count(self, full):
        return full // 10 if self.quick else full

    def receive(self, count, size, capture, profile=None):
        with Peer(self.build, "flood", count, size) as peer:
            capture_file = self.ram / "run.ndjson"
            flags = ["--capture", capture_file, "--overwrite"] if capture else []
            flags += ["--profile", profile, "--no-store"] if profile else []
            return compare(
                lambda: timed([self.whydrop, "connect", peer.url, "-q", *flags], (0, 7)),
                lambda: timed([self.reference, "receive", peer.url, self.ram / "payloads"], (0,)), self.rounds)

    def with_lines(self, count, command):
        """Seconds of a command that is given so many messages, a line each."""
        lines = self.ram / f"lines-{count}"
        if not lines.exists():
            lines.write_text("".join('{"type":"message","n":%d,"text":"hello"}\n' % n for n in range(count)))
        with open(lines, "rb") as stdin:
            return timed(command, (0,), stdin)

    def from_stdin(self, url, *flags):
        return [self.whydrop, "connect", url, "-q", "--replies", "none", *flags]

    def lines(self, count):
        with Peer(self.build, "sink") as peer:
            return compare(lambda: self.with_lines(count, self.from_stdin(peer.url)),
                           lambda: self.with_lines(count, [self.reference, "lines", peer.url]), self.rounds)

    def recorded(self, count, url):
        """A capture of so many messages of the client's."""
        capture = self.ram / f"client-{count}.ndjson"
        self.with_lines(count, self.from_stdin(url, "--capture", capture, "--overwrite"))
        return capture

    def from_capture(self, url, capture):
        return [self.whydrop, "replay", capture, "--url", url, "-q", "--pace", "fast"]

    def replay(self, count):
        """The same messages from a capture, against those from standard input."""
        with Peer(self.build, "sink") as peer:
            replay = self.from_capture(peer.url, self.recorded(count, peer.url))
            return compare(lambda: timed(replay, (0,)),
                           lambda: self.with_lines(count, self.from_stdin(peer.url)), self.rounds)

    def once(self):
        with Peer(self.build, "echo") as peer:
            return compare(lambda: timed([self.whydrop, "send", peer.url, "hello", "-q"], (0,)),
                           lambda: timed([self.reference, "once", peer.url, "hello"], (0,)), 10 * self.rounds)

    def memory_of_replay(self):
        with Peer(self.build, "sink") as peer:
            peaks = [peak(self.from_capture(peer.url, self.recorded(count, peer.url)))
                     for count in (10_000, self.count(1_000_000))]
        return (peaks[1] - peaks[0]) / 1024

    def memory(self):
        peaks = []
        for count in (10_000, self.count(1_000_000)):
            with Peer(self.build, "flood", count, 200) as peer:
                capture = self.ram / "run.ndjson"
                peaks.append(peak([self.whydrop, "connect", peer.url, "-q", "--capture", capture, "--overwrite"]))
        return (peaks[1] - peaks[0]) / 1024

    def inspect(self):
        """MB/s of `inspect --output summary`, and its peak memory in MiB."""
        capture = self.ram / "big.ndjson"
        with Peer(self.build, "flood", self.count(830_000), 200) as peer:
            timed([self.whydrop, "connect", peer.url, "-q", "--capture", capture, "--overwrite"], (0, 7))
        command = [self.whydrop, "inspect", capture, "--output", "summary"]
        seconds = statistics.median(timed(command, (0, 1)) for _ in range(self.rounds))
        size = capture.stat().st_size / 1e6
        return size, size / seconds, peak(command) / 1024

    def schema(self):
        """Nanoseconds a message of 200 bytes, by what judges it; ajv is installed into the build folder where npm can."""
        data = [ROOT / "tests/bench/schema" / name for name in ("schema.json", "messages.ndjson")]
        command = [self.build / "tests/bench/bench_schema", *data, str(self.rounds)]
        told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
        modules = self.build / "ajv"
        if shutil.which("npm") and not (modules / "node_modules/ajv").exists():
            modules.mkdir(exist_ok=True)
            subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "ajv@8"], cwd=modules, check=False,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if shutil.which("node") and (modules / "node_modules/ajv").exists():
            told += subprocess.run(["node", ROOT / "tests/bench/schema/ajv.js", *data, str(self.rounds)], check=True, text=True,
                                   stdout=subprocess.PIPE, env={**os.environ, "NODE_PATH": modules / "node_modules"}).stdout
        return {name: float(ns) for name, ns in (line.rsplit(" ", 1) for line in told.splitlines())}


def schema_row(times):
    for name in ("whydrop parse+valid", "rapidjson sax", "ajv parse+validate"):
        said = f"{times[name]:8.0f} ns" if name in times else " not run: ajv could not be installed with npm"
        print(f"{'schema, a 200 B message, ' + name:<48} {said}")
    limit = min(ns for name, ns in times.items() if not name.startswith("whydrop"))
    print(f"{'schema, whydrop against the faster':<48} {times['whydrop parse+valid'] / limit:8.2f} x  "
          f"{'ok' if times['whydrop parse+valid'] <= limit else 'OVER'} (at most 1.0)", flush=True)


def ratio_row(name, limit, ours, reference):
    ratio = ours / reference
    print(f"{name:<48} {ours:8.3f} s {reference:8.3f} s {ratio:6.2f} x  {'ok' if ratio <= limit else 'OVER'} (at most {limit})",
          flush=True)


def memory_row(name, grown):
    print(f"{name:<48} {grown:+8.2f} MiB  {'ok' if grown <= 2 else 'OVER'} (at most +2)", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", nargs="?", default=ROOT / "build/ci", type=pathlib.Path)
    parser.add_argument("--quick", action="store_true", help="a tenth of the messages, three rounds")
    parser.add_argument("--only", default="", help="rows whose name contains this")
    args = parser.parse_args()
    bench = Bench(args.build, args.quick)
    million, big = bench.count(1_000_000), bench.count(200)
    rows = [
        (f"receive {million} x 200 B, capture to RAM", 1.0, lambda: bench.receive(million, 200, True)),
        (f"receive {million} x 200 B, no capture", 0.6, lambda: bench.receive(million, 200, False)),
        (f"receive {million} x 200 B, profile, capture", 2.0,
         lambda: bench.receive(million, 200, True, ROOT / "tests/bench/flood.json")),
        (f"receive {big} x 1 MiB, capture to RAM", 0.5, lambda: bench.receive(big, 1 << 20, True)),
        (f"send {bench.count(200_000)} lines from stdin", 0.6, lambda: bench.lines(bench.count(200_000))),
        (f"replay {bench.count(200_000)} messages, against stdin", 1.3, lambda: bench.replay(bench.count(200_000))),
        ("one-shot send against a local echo", 1.3, bench.once),
    ]
    print(f"{'':<48} {'whydrop':>10} {'reference':>10} {'ratio':>8}")
    for name, limit, run in rows:
        if args.only in name:
            ratio_row(name, limit, *run())
    if args.only in "schema":
        schema_row(bench.schema())
    if args.only in "memory":
        memory_row(f"peak memory, {million} against 10000 messages", bench.memory())
        memory_row(f"peak memory, {million} against 10000 replayed", bench.memory_of_replay())
    if args.only in "inspect":
        size, speed, peak = bench.inspect()
        print(f"{f'inspect --output summary of {size:.0f} MB':<48} {speed:8.0f} MB/s, peak {peak:.1f} MiB  {'ok' if speed >= 300 else 'UNDER'} (at least 300)")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
