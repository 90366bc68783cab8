#!/usr/bin/env python3
"""Checks that dependencies point one way: scans every #include of lib/ and cli/, and the namespaces that the code names, so
that what an include of an include brings is seen too (design: lib/README.md).

Prints one line a broken rule and exits 1, or a line that counts what was read and exits 0.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# module -> modules whose headers it may include (besides its own)
CORE_ORDER = ["base", "json", "wire", "codec", "handshake", "session", "rules", "schema", "profile", "yaml", "asyncapi", "fieldguide", "payload",
              "diagnose", "capture", "exports", "report", "engine", "netlog", "pcap", "evidence", "replay", "compare", "check", "script", "isolate"]
ALLOWED = {
    "base": set(),
    "json": {"base"},
    "wire": {"base"},
    "codec": {"base", "json", "wire"},
    "handshake": {"base", "wire"},
    "session": {"base", "wire", "handshake"},
    "rules": {"base", "wire", "handshake", "session"},
    "schema": {"base", "json"},
    "profile": {"base", "json", "wire", "codec", "handshake", "session", "schema"},
    "yaml": {"base", "json"},
    "asyncapi": {"base", "json", "yaml", "wire", "schema", "profile"},
    "fieldguide": {"base", "json"},
    "payload": {"base", "wire", "codec", "session"},
    "diagnose": {"base", "json", "wire", "codec", "handshake", "session", "rules", "profile", "fieldguide"},
    "capture": {"base", "json", "wire", "handshake", "session"},
    "exports": {"base", "wire", "handshake", "session", "capture"},
    "report": {"base", "wire", "codec", "handshake", "session", "rules", "payload", "diagnose", "capture"},
    "engine": {"base", "json", "wire", "handshake", "session", "rules", "profile", "diagnose", "capture"},
    "netlog": {"base", "json", "wire", "handshake", "session", "capture", "engine"},
    "evidence": {"base", "json", "wire", "handshake", "session", "capture", "engine", "netlog", "pcap"},
    "pcap": {"base", "wire", "handshake", "session", "capture", "engine"},
    "replay": {"base", "json", "wire", "handshake", "session", "profile", "diagnose", "capture", "evidence"},
    "compare": {"base", "json", "wire", "codec", "handshake", "session", "profile", "payload", "diagnose", "capture", "report", "replay"},
    "check": {"base", "json", "wire", "handshake", "session", "schema", "profile", "payload", "diagnose", "capture", "report", "replay"},
    # of engine the ports only: what acts need not know what observes
    "net": {"base", "wire", "handshake", "session", "rules", "engine/ports.hpp", "engine/tap.hpp"},
    "auth": {"base", "json", "wire", "handshake", "session", "profile", "diagnose", "capture", "engine", "net"},
    "rehearsal": {"base", "json", "wire", "codec", "handshake", "session", "rules", "schema", "profile", "capture", "engine", "net", "auth"},
    "relay": {"base", "wire", "handshake", "session", "net", "engine/ports.hpp", "engine/tap.hpp"},
    "terminal": {"base", "wire", "report"},
    "os": {"base", "capture"},
    "script": {"base", "json", "wire", "codec", "handshake", "session", "profile", "diagnose", "capture", "engine", "replay", "check"},
    "target": {"base", "handshake", "net", "os"},
    "run": {"base", "json", "asyncapi", "wire", "codec", "handshake", "session", "profile", "diagnose", "capture", "report", "pcap", "evidence", "engine", "check", "net", "auth",
            "rehearsal", "relay", "terminal", "os", "script", "target"},
    "replay_run": {"base", "json", "wire", "handshake", "session", "profile", "diagnose", "capture", "report", "engine", "evidence", "evidence", "replay",
                   "compare", "net", "auth", "rehearsal", "os", "script", "target", "run"},
    "isolate": {"base"},
    "isolate_run": {"base", "json", "wire", "handshake", "session", "profile", "diagnose", "capture", "report", "engine", "evidence", "replay",
                    "check", "net", "auth", "os", "script", "target", "run", "replay_run", "isolate"},
    "check_run": {"base", "json", "wire", "codec", "handshake", "session", "schema", "profile", "diagnose", "capture", "report", "engine",
                  "evidence", "replay", "check", "net", "auth", "rehearsal", "os", "script", "target", "run"},
    "export_run": {"base", "session", "profile", "capture", "exports", "report", "engine", "evidence", "check", "net", "auth", "rehearsal", "os", "script",
                   "target", "run", "check_run"},
    "config": {"base", "json", "schema", "os"},
    "validate": {"base", "json", "yaml", "wire", "schema", "profile", "os"},
}
# headers that only these modules may include: sockets, clocks, threads, randomness, third-party I/O
OUTSIDE_CORE = re.compile(
    r"^(asio|websocketpp/|ares|openssl/ssl|openssl/rand|histedit|sys/socket|sys/un|netinet/|arpa/|netdb|unistd|fcntl|poll|"
    r"sys/epoll|thread|random|fstream|iostream|csignal|signal|termios|sys/ioctl)")
# one place each
ONLY_IN = {"websocketpp/": "lib/net/endpoint.cpp"}
CORE = set(CORE_ORDER)


def names_in(line):
    """Modules whose namespace a line of code names; comments and texts left out."""
    code = re.sub(r'"(?:[^"\\]|\\.)*"', '""', line).split("//")[0]
    return {name for name in re.findall(r"(?<![\w:.>])(?:whydrop::)?(\w+)::", code) if name in ALLOWED}


def broken_rules(path, text):
    relative = path.relative_to(ROOT).as_posix()
    module = relative.split("/")[1] if relative.startswith("lib/") else "cli"
    seen = {row.split("/")[0] for row in ALLOWED.get(module, set())} if module in ALLOWED else set(ALLOWED)
    for number, line in enumerate(text.splitlines(), 1):
        found = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if not found:
            for named in sorted(names_in(line) - seen - {module}):
                yield f"{relative}:{number}: {module} may not see {named}, which an include of an include brought"
            continue
        header = found.group(2)
        where = f"{relative}:{number}"
        if found.group(1) == '"' and module != "cli":
            target = header.split("/")[0]
            if target != module and not ALLOWED.get(module, set()) & {target, header}:
                yield f"{where}: {module} may not see {target} ({header})"
        if module in CORE and found.group(1) == "<" and OUTSIDE_CORE.match(header):
            yield f"{where}: the core reads no socket, clock, file or random device ({header})"
        for prefix, only in ONLY_IN.items():
            if header.startswith(prefix) and relative != only:
                yield f"{where}: only {only} may include {prefix}"


def main():
    files = sorted(p for top in ("lib", "cli") for p in (ROOT / top).rglob("*.?pp"))
    faults = [fault for path in files for fault in broken_rules(path, path.read_text(encoding="utf-8"))]
    if not files:
        faults.append("nothing to read: no sources under lib/ and cli/")
    print("\n".join(faults) if faults else f"layering: {len(files)} files, no rule broken")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
