#!/usr/bin/env bash
# One page in Chromium 156 (Debian 12) sends "hi", an empty text and three bytes over a WebSocket that echoes. The DevTools protocol reports
# six messages. playwright-core 1.65.1's recordHar keeps four: the empty ones are left out, as in its page's framesent and framereceived;
# its times are milliseconds, where the HAR of Chromium's own DevTools has seconds. chrome-har 1.3.1 makes of the same events a HAR
# without the WebSocket. Guess before the run: playwright's has the upgrade without messages, chrome-har's all six.
# Seen:
#   DevTools protocol: 6 messages
#   playwright: status 101, 4 messages, time in milliseconds
#   chrome-har: no entry
. "$(dirname "$0")/common.sh"
deb chromium 156.0.8078.114-1~deb12u1
npm_packages ws@8.23.0 playwright-core@1.65.1 chrome-har@1.3.1
cat > "$work/record.js" << 'JS'
const http = require("http");
const fs = require("fs");
const { WebSocketServer } = require("ws");
const { chromium } = require("playwright-core");

const base = http.createServer((request, response) => response.setHeader("Content-Type", "text/html").end("<title>x</title>"));
new WebSocketServer({ server: base }).on("connection", (socket) => socket.on("message", (data, binary) => {
  socket.send(data, { binary });
  if (binary) socket.close(1000);
}));

async function main(har) {
  await new Promise((ready) => base.listen(0, "127.0.0.1", ready));
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  const context = await browser.newContext({ recordHar: { path: har } });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  const events = [];
  const names = ["requestWillBeSent", "responseReceived", "dataReceived", "loadingFinished", "webSocketCreated", "webSocketWillSendHandshakeRequest",
    "webSocketHandshakeResponseReceived", "webSocketFrameSent", "webSocketFrameReceived", "webSocketClosed"].map((name) => `Network.${name}`);
  for (const name of [...names, "Page.loadEventFired", "Page.domContentEventFired", "Page.frameStartedLoading"]) {
    session.on(name, (params) => events.push({ method: name, params }));
  }
  await session.send("Network.enable");
  await session.send("Page.enable");
  await page.goto(`http://127.0.0.1:${base.address().port}/`);
  await page.evaluate((port) => new Promise((closed) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
    socket.onopen = () => { socket.send("hi"); socket.send(""); socket.send(new Uint8Array([1, 2, 3])); };
    socket.onclose = closed;
  }), base.address().port);
  await context.close();
  await browser.close();
  console.log("DevTools protocol:", events.filter((event) => /webSocketFrame(Sent|Received)/.test(event.method)).length, "messages");
  const socket = JSON.parse(fs.readFileSync(har)).log.entries.find((entry) => entry.request.url.startsWith("ws:"));
  const messages = socket._webSocketMessages;
  console.log(`playwright: status ${socket.response.status}, ${messages.length} messages, time in`, messages[0].time > 1e11 ? "milliseconds" : "seconds");
  const { harFromMessages } = await import(require.resolve("chrome-har"));
  const entries = harFromMessages(events, {}).log.entries.filter((entry) => /^ws:/.test(entry.request.url));
  console.log("chrome-har:", entries.length ? `${entries.length} entry` : "no entry");
  process.exit();
}
main(process.argv[2]);
JS
see record "$work/record.js" "$work/playwright.har" << 'PY'
import subprocess
import sys
print(subprocess.run(["node", *sys.argv[1:]], capture_output=True, text=True, timeout=120, check=True).stdout, end="")
PY
expect "DevTools protocol: 6 messages"
expect "playwright: status 101, 4 messages, time in milliseconds"
expect "chrome-har: no entry"
