"""Debian's Chromium with a net log, driven over the DevTools protocol: what a page sees of its sessions, and the log of them."""
import asyncio
import contextlib
import json
import pathlib
import signal
import subprocess
import tempfile

import websockets  # python3-websockets

CHROMIUM = "chromium"
# A page's session: it sends `messages` once it is open, closes it after `limit` ms, and says what it saw when that is done, or
# a second later.
PAGE = """new Promise(done => {
  const seen = {opened: false, messages: 0, code: null, reason: null, clean: null};
  const socket = new WebSocket(%(url)s, %(protocols)s);
  socket.onopen = () => { seen.opened = true; for (const each of %(messages)s) socket.send(each); };
  socket.onmessage = () => { ++seen.messages; };
  socket.onclose = event => { seen.code = event.code; seen.reason = event.reason; seen.clean = event.wasClean; done(seen); };
  setTimeout(() => { socket.close(1000); setTimeout(() => done(seen), 1000); }, %(limit)d);
})"""


class Browser:
    """One run of it. `mode`: of the net log, as --net-log-capture-mode has it."""

    def __init__(self, log, mode="Everything", arguments=()):
        self.log, self.mode, self.arguments, self.calls = log, mode, list(arguments), 0

    async def __aenter__(self):
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.process = subprocess.Popen(
            [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", f"--user-data-dir={self.folder.name}", "--remote-debugging-port=0",
             f"--log-net-log={self.log}", f"--net-log-capture-mode={self.mode}", *self.arguments, "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        announced = pathlib.Path(self.folder.name, "DevToolsActivePort")
        for _ in range(600):
            if announced.exists() and announced.read_text(encoding="ascii").count("\n") == 1:
                break
            await asyncio.sleep(0.1)
        port, path = announced.read_text(encoding="ascii").split()
        self.socket = await websockets.connect(f"ws://127.0.0.1:{port}{path}", max_size=None)
        target = await self.call("Target.createTarget", url="about:blank")
        attached = await self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self.page = attached["sessionId"]
        return self

    async def __aexit__(self, *_):
        with contextlib.suppress(Exception):
            await asyncio.wait_for(self.call("Browser.close"), 5)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        self.folder.cleanup()

    async def call(self, method, session=None, **params):
        self.calls += 1
        message = {"id": self.calls, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        await self.socket.send(json.dumps(message))
        while True:
            answer = json.loads(await self.socket.recv())
            if answer.get("id") == message["id"]:
                if "error" in answer:
                    raise OSError(f"{method}: {answer['error']['message']}")
                return answer["result"]

    async def session(self, url, messages=("hello",), protocols=(), limit_s=6):
        """What a page saw of one session."""
        script = PAGE % {"url": json.dumps(url), "protocols": json.dumps(list(protocols)), "messages": json.dumps(list(messages)),
                         "limit": limit_s * 1000}
        result = await asyncio.wait_for(
            self.call("Runtime.evaluate", self.page, expression=script, awaitPromise=True, returnByValue=True), limit_s + 60)
        return result["result"]["value"]
