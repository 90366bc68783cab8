#!/usr/bin/python3
"""Session scripts as HARs, read by the importer of Chromium's own DevTools: message for message what was recorded.

    PLAYWRIGHT=FOLDER/node_modules/playwright-core tests/witness/devtools.py build/dev/whydrop

Needs Debian's chromium, node and playwright-core. DevTools' front end is loaded as a page, and its HAR module called.
"""
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile

SESSIONS = pathlib.Path(__file__).resolve().parents[2] / "fixtures" / "sessions"
NAMES = ("clean-close", "drop-reset", "fragments", "refused-403", "deflate", "utf8-invalid", "control-frames-broken")
SCRIPT = r"""
const { chromium } = require(process.env.PLAYWRIGHT);
const hars = JSON.parse(require('fs').readFileSync(0, 'utf8'));
(async () => {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--remote-debugging-port=PORT'] });
  const page = await browser.newPage();
  await page.goto('http://127.0.0.1:PORT/devtools/inspector.html');
  const read = await page.evaluate(async (texts) => {
    const har = await import('/devtools/models/har/har.js');
    return texts.map((text) => har.Importer.Importer.requestsFromHARLog(new har.HARFormat.HARRoot(JSON.parse(text)).log)
      .map((request) => ({ url: request.url(), status: request.statusCode, type: request.resourceType().name(),
        frames: request.frames().map((frame) => [frame.type, frame.opCode, frame.text, frame.time]) })));
  }, hars);
  console.log(JSON.stringify(read));
  await browser.close();
})();
"""


def main():
    whydrop, failed = sys.argv[1], 0
    hars = [subprocess.run([whydrop, "export", str(SESSIONS / f"{name}.ndjson"), "--to", "har"], capture_output=True, text=True,
                           check=True).stdout for name in NAMES]
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        script = pathlib.Path(folder, "read.js")
        script.write_text(SCRIPT.replace("PORT", str(port)), encoding="utf-8")
        done = subprocess.run(["node", str(script)], input=json.dumps(hars), capture_output=True, text=True, timeout=120,
                              env=os.environ, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    for name, har, read in zip(NAMES, hars, json.loads(done.stdout)):
        entry = json.loads(har)["log"]["entries"][0]
        wanted = {"url": entry["request"]["url"], "status": entry["response"]["status"], "type": "websocket",
                  "frames": [[message["type"], message["opcode"], message["data"], message["time"]]
                             for message in entry["_webSocketMessages"]]}
        alike = read == [wanted]
        failed += not alike
        print(f"{name:24} {len(wanted['frames']):3} messages  {'alike' if alike else (wanted, read)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
