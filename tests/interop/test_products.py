#!/usr/bin/python3
"""Real servers and proxies of Debian, each made to end a session in its own way: exit code and headline of whydrop's verdict. Run as
test_products.py WHYDROP. The products are started as tests/fieldguide starts them (lab.py); here only what takes no long timer."""
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "fieldguide"))

import lab as labs  # pylint: disable=wrong-import-position
from trials import aiohttp, hypercorn, mojo, tornado, uvicorn, websocketd  # pylint: disable=wrong-import-position

WHYDROP = str(pathlib.Path(sys.argv.pop(1)).resolve()) if len(sys.argv) > 1 else ""
GOLDEN = HERE / "products.json"


def in_front_of_nothing(name):
    """A proxy whose backend does not listen."""
    return lambda lab: getattr(lab, name)(labs.free_port())[1]


def in_front_of_a_cut(name):
    """A proxy whose backend ends without an answer."""
    return lambda lab: getattr(lab, name)(labs.cutting_port())[1]


# name: who listens, the path, whydrop's arguments, and what is typed
PRODUCTS = {
    "uvicorn-handler-raises": (uvicorn, "/raise", ["--execute", "hello"]),
    "uvicorn-unknown-path": (uvicorn, "/nowhere", []),
    "tornado-handler-raises": (tornado, "/ws", ["--execute", "raise"]),
    "tornado-other-origin": (tornado, "/ws", ["-o", "https://other.test"]),
    "aiohttp-handler-raises": (aiohttp, "/ws", ["--execute", "raise"]),
    "hypercorn-handler-raises": (hypercorn, "/raise", ["--execute", "hello"]),
    "mojolicious-message-too-big": (mojo, "/ws", [], "x" * 262145 + "\n"),
    "websocketd-program-ends": (lambda lab: websocketd(lab, "sh", "-c", "echo hello; exit 3"), "/", []),
    "mosquitto-other-subprotocol": (lambda lab: lab.mosquitto()[1], "/mqtt", ["-s", "chat"]),
    "lighttpd-backend-refuses": (in_front_of_nothing("lighttpd"), "/", []),
    "lighttpd-backend-gone": (in_front_of_a_cut("lighttpd"), "/", []),
    "h2o-backend-refuses": (in_front_of_nothing("h2o"), "/", []),
    "nghttpx-backend-refuses": (in_front_of_nothing("nghttpx"), "/", []),
    "haproxy-backend-gone": (in_front_of_a_cut("haproxy"), "/", []),
}


def shown(text):
    """Without what differs from run to run."""
    return re.sub(r"less than 1 ms|\d+(\.\d+)? (ns|µs|us|ms|s)\b", "<t>", re.sub(r"127\.0\.0\.1:\d+", "{address}", text))


def played(lab, name):
    listens, path, args, *typed = PRODUCTS[name]
    done = subprocess.run([WHYDROP, "connect", f"ws://127.0.0.1:{listens(lab)}{path}", *args, "--no-compression", "--for", "20s",
                           "--output", "ndjson"], capture_output=True, text=True, timeout=60, check=False,
                          **({"input": typed[0]} if typed else {"stdin": subprocess.DEVNULL}))
    verdict = [line for line in map(json.loads, done.stdout.splitlines()) if line.get("kind") == "verdict"][-1]
    known = [finding["says"] for finding in verdict["findings"] if finding["id"] == "software-known"]
    return {"exit": done.returncode, "headline": shown(verdict["headline"]), "cause": verdict["cause"], "code": verdict["code"],
            "known": known}


class Products(unittest.TestCase):
    maxDiff = None

    def test_each_ends_as_it_is_written_down(self):
        lab = labs.Lab(None, install=False)
        self.addCleanup(lab.end)
        with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
            ended = dict(zip(PRODUCTS, pool.map(lambda name: played(lab, name), PRODUCTS)))
        if os.environ.get("WHYDROP_UPDATE_GOLDEN"):
            GOLDEN.write_text(json.dumps(ended, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        self.assertEqual(json.loads(GOLDEN.read_text(encoding="utf-8")), ended)


if __name__ == "__main__":
    unittest.main()
