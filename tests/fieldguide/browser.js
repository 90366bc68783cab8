// node browser.js CHROMIUM: reads lines of JSON {"url", "protocols", "close": true if the page closes once a message came},
// opens each in a page, and prints what the page was told: {"code", "reason", "clean", "console", "opened"}.
"use strict";
const { chromium } = require("playwright-core");
const lines = require("readline").createInterface({ input: process.stdin });

async function visit(browser, { url, protocols, close, wait }) {
  const page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
  const texts = [];
  page.on("console", (message) => texts.push(message.text()));
  const told = await page.evaluate(({ url, protocols, close, wait }) => new Promise((done) => {
    const socket = new WebSocket(url, protocols);
    let opened = false;
    socket.onopen = () => { opened = true; socket.send("hello"); };
    socket.onmessage = () => { if (close) socket.close(1000); };
    socket.onclose = (event) => done({ code: event.code, reason: event.reason, clean: event.wasClean, opened });
    setTimeout(() => done({ opened, still: socket.readyState }), wait);
  }), { url, protocols, close, wait });
  await page.waitForTimeout(100);  // the console's text may come after the event
  await page.context().close();
  return { ...told, console: texts.map((text) => text.replace(/^WebSocket connection to '[^']*' failed: ?/, "").trim()).join("\n") };
}

(async () => {
  const browser = await chromium.launch({ executablePath: process.argv[2], args: ["--no-sandbox"] });
  console.log(JSON.stringify({ version: browser.version() }));
  for await (const line of lines) console.log(JSON.stringify(await visit(browser, JSON.parse(line))));
  await browser.close();
})();
