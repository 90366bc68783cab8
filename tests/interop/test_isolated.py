#!/usr/bin/env python3
"""isolate finds causes that are planted in servers on stacks that others wrote (peers/planted_server.py, limited_ws.js).

Run as test_isolated.py WHYDROP [--flaky]: with --flaky only the test that takes minutes, twenty seeds of a server that drops 30 % of
the sessions with a member and 2 % of those without it.
"""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
WHYDROP = str(pathlib.Path(sys.argv.pop(1)).resolve()) if len(sys.argv) > 1 else ""
FLAKY = "--flaky" in sys.argv and not sys.argv.remove("--flaky")
ENV = {**os.environ, "NODE_PATH": "/usr/share/nodejs"}
PLANTED = ["/usr/bin/python3", str(HERE / "peers/planted_server.py")]
WS = ["node", str(HERE / "peers/limited_ws.js")]
HELLO, CHAT = '{"type":"hello"}', '{"type":"chat","text":"hi"}'
EMAIL = '{"type":"chat","text":"hi","attributes":{"phone":"1","email":"bo@example.com"}}'
LARGE = '{"type":"chat","text":"' + "a" * 5000 + '"}'
AT_ONCE, SEEDS = 6, 20

# The server, the messages that are recorded, more arguments of `send`, and what the first line begins with.
CASES = [
    (WS + ["4000"], [HELLO, LARGE, CHAT], [], "with message #[0-9]+ \\(type=chat\\) of 4000 bytes it lives: 5 of 5"),
    (PLANTED + ["aiohttp", "size", "3000"], [HELLO, LARGE], [], "with message #[0-9]+ \\(type=chat\\) of (2999|3000) bytes it lives: 5 of 5"),
    (PLANTED + ["tornado", "size", "2500"], [HELLO, LARGE], [], "with message #[0-9]+ \\(type=chat\\) of 2500 bytes it lives: 5 of 5"),
    (PLANTED + ["uvicorn", "size", "2000"], [HELLO, LARGE], [], "with message #[0-9]+ \\(type=chat\\) of 2000 bytes it lives: 5 of 5"),
    (PLANTED + ["websockets", "idle", "1"], [HELLO], ["--expect-close", "4002"],
     "no change was found that stops it: the server closes with 4002 with nothing of its own left, too"),
    (PLANTED + ["websockets", "member"], [HELLO, CHAT, EMAIL, CHAT], [], "without /attributes/email of message #[0-9]+ \\(type=chat\\) it lives: 5 of 5"),
    (PLANTED + ["uvicorn", "required"], [HELLO, CHAT, '{"type":"chat"}'], [], "without /type of message #9 \\(type=chat\\) it lives: 5 of 5"),
    (PLANTED + ["aiohttp", "order"], [CHAT, HELLO], [], "without /type of message #5 \\(type=chat\\) it lives: 5 of 5"),
    (PLANTED + ["tornado", "header"], [HELLO], ["-H", "X-Old: 1", "-H", "X-New: 1"], "without the header X-Old it lives: 5 of 5"),
    (PLANTED + ["aiohttp", "compression"], [HELLO], [], "without the offer of permessage-deflate it lives: 5 of 5"),
    (PLANTED + ["websockets", "rate", "3"], [HELLO] + [CHAT] * 5, [], "with at least [0-9]+ ms between messages it lives: 5 of 5"),
]


class Isolated(unittest.TestCase):
    maxDiff = None

    def isolate(self, server, messages, more, *options):
        """Records a session with the server and isolates it; returns the exit code and what was printed."""
        with tempfile.TemporaryDirectory() as folder, subprocess.Popen(
                server, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=ENV) as peer:
            try:
                url = re.search(r"ws://\S+", peer.stdout.readline())[0]
                path = folder + "/run.ndjson"
                send = [WHYDROP, "send", url, *messages, "--profile", "none", "-q", "--capture", path, *more]
                while subprocess.run(send, env=ENV, timeout=60, capture_output=True, check=False).returncode == 0 and FLAKY:
                    pathlib.Path(path).unlink()  # it did not drop this time
                done = subprocess.run([WHYDROP, "isolate", path, "--profile", "none", "--parallel", "4", *options], env=ENV,
                                      timeout=280, capture_output=True, text=True, check=False)
                return done.returncode, done.stdout + done.stderr
            finally:
                peer.kill()

    @unittest.skipIf(FLAKY, "only the flaky server is asked for")
    def test_planted_causes_are_found(self):
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as threads:
            for case, (_, said) in zip(CASES, threads.map(lambda case: self.isolate(*case[:3]), CASES)):
                with self.subTest(server=case[0][1:]):
                    self.assertRegex(said.split("\n", maxsplit=1)[0], "^" + case[3], said)

    @unittest.skipUnless(FLAKY, "--flaky: it takes minutes")
    def test_a_flaky_server_is_solved_within_its_budget(self):
        def solved(seed):
            server = PLANTED + ["websockets", "flaky", "30", "--seed", str(seed)]
            _, said = self.isolate(server, [HELLO, CHAT, EMAIL, CHAT], [], "--drop", "code=4001,within=150ms")
            return said.startswith("without /attributes/email of message")

        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as threads:
            self.assertGreaterEqual(sum(threads.map(solved, range(1, SEEDS + 1))), SEEDS - 1)


if __name__ == "__main__":
    unittest.main()
