// The HTML report in Chromium: node tests/browser/test_page.mjs WHYDROP. Ends with 77 where Chromium or npm is missing.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";

import { FEED, Missing, captureOf, launch, makeLab, reportOf, trades, whydrop } from "./browser.mjs";

const program = process.argv[2] ?? "build/dev/whydrop";
let lab, browser;
try {
  lab = makeLab();
  browser = await launch(lab);
} catch (error) {
  if (!(error instanceof Missing)) throw error;
  console.log(`skipped: ${error.message}`);
  process.exit(77);
}
after(() => browser.close());

/** Opens a report; what it complains of, and what it would load, is a failure. */
async function open(file, { hash = "", ...options } = {}) {
  const page = await browser.newPage({ viewport: { width: 1400, height: 1000 }, ...options });
  const faults = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && faults.push(message.text()));
  page.on("pageerror", (error) => faults.push(error.stack));
  page.on("request", (request) => request.url().startsWith("file:") || faults.push(`loads ${request.url()}`));
  await page.goto(`file://${file}${hash}`);
  page.closeCleanly = async () => {
    assert.deepEqual(faults, []);
    await page.close();
  };
  return page;
}

const chosen = (page) => page.locator("[aria-selected=true][data-index]").innerText();
const count = (page) => page.locator("#count").innerText();
const details = (page) => page.locator("#details h2").innerText();

const feed = reportOf(program, lab, FEED, "feed");

test("opens with the verdict as the block has it, and its evidence", async () => {
  const page = await open(feed);
  assert.match(await page.locator("h1").innerText(), /^Very likely a missing heartbeat: the server asked for a heartbeat every 5 s \( ?#5 ?\)/);
  const block = whydrop(program, ["inspect", FEED, "-q"]).stdout;
  for (const row of await page.locator(".short dd").allInnerTexts()) {
    const words = row.replace(/#\d+/g, "").trim().replace(/^[0-9!✗≈·]\s*/, "").split(/\s+/).slice(0, 4).join(" ");
    assert.ok(block.replace(/\s+/g, " ").includes(words), `${words} is in the block`);
  }
  assert.equal(await count(page), "78 events");
  assert.match(await page.title(), /heartbeat/);
  assert.match(await page.locator(".timeline").getAttribute("aria-label"), /1 message from the client, 62 from the server; the longest pause has 12 s with pings only/);
  await page.locator(".whole summary").click();
  assert.match(await page.locator(".whole").innerText(), /Observed[\s\S]*Inferred[\s\S]*Unknown/);
  await page.closeCleanly();
});

test("a link of a finding goes to its event", async () => {
  const page = await open(feed);
  await page.locator("#tab-findings").click();
  await page.locator(".findings a", { hasText: "#141" }).first().click();
  assert.match(await chosen(page), /^141\n/);
  assert.match(await details(page), /#141 ending/);
  assert.equal(new URL(page.url()).hash, "#141");
  await page.locator("h1 a").first().click();
  assert.match(await details(page), /#5 text/);
  await page.closeCleanly();
  const there = await open(feed, { hash: "#7" });
  assert.match(await details(there), /#7 text/);
  assert.match(await there.locator(".wire").innerText(), /FIN, RSV1, opcode 1 \(text\)[\s\S]*masked, length 41[\s\S]*masking key/);
  assert.match(await there.locator(".json").innerText(), /type: "subscribe"/);
  await there.getByRole("tab", { name: "Hex" }).click();
  assert.match(await there.locator(".hex").innerText(), /^00000000 {2}7b 22 74 79 70 65/);
  await there.closeCleanly();
});

test("filters and searches", async () => {
  const page = await open(feed);
  await page.locator("#sides >> text=Client").click();
  assert.equal(await count(page), "7 of 78 events");
  await page.locator("#sides >> text=Both").click();
  await page.locator("#groups >> text=Messages").click();
  assert.equal(await count(page), "15 of 78 events");
  await page.locator("#groups >> text=Messages").click();
  await page.fill("#search", "/\"side\": \"sell\"/");
  await page.waitForFunction(() => / of 78 events/.test(document.querySelector("#count").textContent));
  const rows = Number((await count(page)).split(" ")[0]);
  assert.ok(rows > 10 && rows < 62);
  assert.ok(await page.locator("mark").count() > 0);
  await page.fill("#search", "/(/");
  await page.waitForFunction(() => document.querySelector("#count").textContent === "this is no regular expression");
  await page.keyboard.press("Escape");
  assert.equal(await count(page), "78 events");
  await page.locator("text=With findings").click();
  assert.equal(await count(page), "3 of 78 events");
  await page.closeCleanly();
});

test("goes by the keyboard", async () => {
  const page = await open(feed);
  await page.locator(".list").focus();
  await page.keyboard.press("Home");
  assert.match(await chosen(page), /^1\n/);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("j");
  assert.match(await chosen(page), /^3\n/);
  assert.equal(await page.locator(".list").getAttribute("aria-activedescendant"), "row-2");
  await page.keyboard.press("End");
  assert.match(await chosen(page), /^141\n/);
  await page.keyboard.press("n");
  assert.match(await chosen(page), /^5\n/);
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "details");
  await page.keyboard.press("Escape");
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("role")), "grid");
  await page.keyboard.press("/");
  await page.keyboard.type("welcome");
  await page.waitForFunction(() => document.querySelector("#count").textContent === "1 of 78 events");
  await page.keyboard.press("Escape");
  await page.keyboard.press("2");
  assert.equal(await page.locator("#tab-sequence").getAttribute("aria-selected"), "true");
  assert.match(await page.locator(".sequence").innerText(), /welcome/);
  await page.keyboard.press("?");
  assert.ok(await page.locator("#help").isVisible());
  await page.keyboard.press("Escape");
  assert.ok(!await page.locator("#help").isVisible());
  await page.closeCleanly();
});

test("a part of the timeline is drawn over, shown and made larger", async () => {
  const page = await open(feed);
  const box = await page.locator(".timeline").boundingBox();
  await page.mouse.move(box.x + box.width * 0.6, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.9, box.y + 60, { steps: 4 });
  await page.mouse.up();
  assert.match(await count(page), /^4 of 78 events$/);
  await page.locator("#zoom").click();
  assert.equal(await page.locator("#zoom").getAttribute("aria-pressed"), "true");
  await page.locator("#range").click();
  assert.equal(await count(page), "78 events");
  await page.mouse.click(box.x + box.width - 17, box.y + 60);
  assert.match(await details(page), /#141 ending/);
  await page.closeCleanly();
});

test("is light and dark, narrow and on paper", async () => {
  const page = await open(feed, { colorScheme: "dark" });
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.equal(await ground(), "rgb(14, 16, 19)");
  await page.locator("#theme").click();
  assert.equal(await ground(), "rgb(244, 245, 247)");
  await page.locator("#theme").click();
  assert.equal(await ground(), "rgb(14, 16, 19)");
  await page.setViewportSize({ width: 390, height: 800 });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing hangs over");
  await page.emulateMedia({ media: "print" });
  assert.ok((await page.pdf()).length > 10000);
  assert.equal(await page.locator("#printed tbody tr").count(), 78);
  assert.ok(!await page.locator("#workbench").isVisible());
  await page.closeCleanly();
});

test("what a peer says stays text", async () => {
  const attack = "\u202e</script><script>window.hit = 1</script><img src=x onerror='window.hit = 2'><!-- ${window.hit = 3}";
  const frames = [
    { from: "client", ms: 10, text: attack },
    { from: "server", ms: 20, text: JSON.stringify({ [attack]: [attack, { __proto__: null, constructor: attack }] }) },
    { from: "server", ms: 30, opcode: 8, name: "close", close_code: 1011, reason: attack.slice(0, 120) },
  ];
  const capture = captureOf(lab, "hostile", frames, { url: `ws://127.0.0.1:9000/${encodeURIComponent(attack)}`, reply: [{ name: "X-Attack", value: attack }] });
  const page = await open(reportOf(program, lab, capture, "hostile"));
  for (let i = 0; i < 7; ++i) {
    await page.locator(".list").focus();
    await page.keyboard.press(i === 0 ? "Home" : "ArrowDown");
    for (const tab of await page.locator("#details [role=tab]").all()) await tab.click();
  }
  await page.locator("#tab-sequence").click();
  await page.locator("#tab-findings").click();
  assert.equal(await page.locator("img").count(), 0);
  assert.equal(await page.locator("script").count(), 2);
  assert.equal(await page.evaluate(() => window.hit), undefined);
  const text = await page.locator("body").innerText();
  assert.match(text, /\\u202e<\/script><script>window\.hit = 1<\/script>/);
  assert.ok(!text.includes("\u202e"), "nothing turns the text around");
  await page.closeCleanly();
});

test("no script runs but its own", async () => {
  const page = await browser.newPage();
  await page.goto(`file://${feed}`);
  const refused = await page.evaluate(() => [
    () => {
      const script = document.createElement("script");
      script.append("window.hit = 1");
      document.body.append(script);
    },
    () => {
      const image = document.createElement("img");
      image.src = "data:image/gif;base64,R0lGODlhAQABAAAAACw=";
      image.setAttribute("onerror", "window.hit = 2");
      document.body.append(image);
    },
    () => { document.body.innerHTML += "<b>text</b>"; }, // eslint-disable-line no-restricted-properties
    () => { setTimeout("window.hit = 3", 0); }, // eslint-disable-line no-implied-eval
  ].map((act) => {
    try {
      act();
      return "";
    } catch (error) {
      return error.name;
    }
  }));
  assert.deepEqual(refused.slice(1), ["TypeError", "TypeError", "TypeError"]);
  await page.waitForTimeout(50);
  assert.equal(await page.evaluate(() => window.hit), undefined);
  await page.close();
});

test("100,000 frames open within 2 s and scroll", async (t) => {
  const html = reportOf(program, lab, captureOf(lab, "large", trades(100000)), "large");
  const page = await open(html);
  // from the navigation's start to the first painted row
  const took = await page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))); }));
  t.diagnostic(`opened after ${Math.round(took)} ms`);
  assert.equal(await count(page), "100,004 events");
  assert.ok(await page.locator(".row").count() < 120);
  const slowest = await page.evaluate(async () => {
    const list = document.querySelector(".list");
    const times = [];
    for (let i = 1; i <= 60; ++i) {
      const began = performance.now();
      list.scrollTop = (list.scrollHeight * i) / 60;
      list.dispatchEvent(new Event("scroll"));
      list.getBoundingClientRect();
      times.push(performance.now() - began);
      await new Promise(requestAnimationFrame);
    }
    return times.sort((a, b) => a - b)[54];
  });
  t.diagnostic(`a step of scrolling takes ${slowest.toFixed(1)} ms (90th of 100)`);
  assert.ok(slowest < 33, `a step takes ${slowest} ms`);
  assert.match(await page.locator(".row").last().innerText(), /^100004\n/);
  const began = Date.now();
  await page.fill("#search", "\"sequence\":99999");
  await page.waitForFunction(() => document.querySelector("#count").textContent === "1 of 100,004 events");
  t.diagnostic(`found after ${Date.now() - began} ms`);
  if (!process.env.WHYDROP_SANITIZE) assert.ok(took < 2000, `it took ${took} ms`);
  await page.closeCleanly();
});

test("what a killed run has written opens", async () => {
  const whole = readFileSync(feed, "utf8");
  const cut = join(lab.folder, "cut.html");
  writeFileSync(cut, whole.slice(0, whole.lastIndexOf('"kind":"frame"') - 200));
  const page = await open(cut);
  assert.match(await page.locator("h1").innerText(), /^No verdict/);
  assert.match(await page.locator("#notice").innerText(), /1 line of this report could not be read/);
  await page.closeCleanly();
});

test("what the record had not seen is not shown", async () => {
  const har = join(lab.folder, "page.har");
  const headers = [{ name: "Upgrade", value: "websocket" }, { name: "Connection", value: "Upgrade" }];
  writeFileSync(har, JSON.stringify({ log: { version: "1.2", creator: { name: "WebInspector", version: "537.36" }, pages: [], entries: [{
    startedDateTime: "2026-01-02T03:04:05.678Z", time: 900, _resourceType: "websocket", cache: {}, timings: { send: 0, wait: 4, receive: 0 },
    request: { method: "GET", url: "ws://127.0.0.1:9000/chat", httpVersion: "HTTP/1.1", headers, queryString: [], cookies: [], headersSize: -1, bodySize: 0 },
    response: { status: 101, statusText: "Switching Protocols", httpVersion: "HTTP/1.1", headers, cookies: [], content: { size: 0, mimeType: "x-unknown" }, redirectURL: "", headersSize: -1, bodySize: 0 },
    _webSocketMessages: [{ type: "send", time: 1767323045.7, opcode: 1, data: "hello" }, { type: "receive", time: 1767323045.9, opcode: 1, data: "hi" }],
  }] } }));
  const page = await open(reportOf(program, lab, har, "har"));
  await page.locator(".row", { hasText: "hello" }).click();
  assert.match(await page.locator("#details").innerText(), /keeps messages and no frames/);
  assert.equal(await page.locator(".wire").count(), 0);
  assert.ok(!(await page.locator("#details").innerText()).includes("Offset in the stream"));
  await page.closeCleanly();
});

test("where its script may not run it says so", async () => {
  const page = await browser.newPage({ javaScriptEnabled: false });
  await page.goto(`file://${feed}`);
  assert.match(await page.locator("#unscripted").innerText(), /drawn by a script of its own, which does not run here/);
  await page.close();
});

test("two sessions stand side by side", async () => {
  const one = captureOf(lab, "one", [{ from: "client", ms: 10, text: '{"type":"hello","a":1}' }, { from: "server", ms: 20, text: '{"type":"ok"}' }, { from: "server", ms: 900, text: '{"type":"more"}' }]);
  const two = captureOf(lab, "two", [{ from: "client", ms: 10, text: '{"type":"hello"}' }, { from: "server", ms: 20, text: '{"type":"ok"}' }]);
  const html = join(lab.folder, "diff.html");
  whydrop(program, ["diff", one, two, "--to", "html", "-o", html]);
  const page = await open(html);
  assert.match(await page.locator("#compared h1").innerText(), /one\.ndjson and two\.ndjson/);
  assert.equal(await page.locator(".timeline").count(), 2);
  assert.deepEqual(await page.locator(".pair").evaluateAll((pairs) => pairs.map((pair) => pair.className)), ["pair changed", "pair same", "pair missing"]);
  await page.locator(".pair.changed").click();
  assert.deepEqual(await page.locator("#details h2").allInnerTexts(), ["→#4 text 22 B", "→#4 text 16 B"]);
  await page.locator(".differences a", { hasText: "#4" }).last().click();
  assert.equal(await page.locator("#tab-frames").getAttribute("aria-selected"), "true");
  assert.match(await page.locator("#session option:checked").innerText(), /^two\.ndjson/);
  await page.closeCleanly();
});

test("a check that failed has its session", async () => {
  const server = spawn(program, ["rehearse", "--ending", "reset", "--after", "1", "--no-echo"]);
  try {
    const url = await new Promise((done) => server.stdout.on("data", (text) => { const found = /ws:\S+/.exec(text); if (found) done(found[0]); }));
    const check = join(lab.folder, "check.json");
    writeFileSync(check, JSON.stringify({ whydrop_check: 1, name: "an answer comes", target: { url }, steps: [{ send: { text: "hi" } }, { expect: { text: "hi", within: "2s" } }] }));
    mkdirSync(join(lab.folder, "captures"));
    const html = join(lab.folder, "checks.html");
    assert.equal(whydrop(program, ["check", check, "--report", `html:${html}`, "--captures", join(lab.folder, "captures")]).status, 6);
    const page = await open(html);
    assert.match(await page.locator("#checks").innerText(), /1 check: 1 failed[\s\S]*an answer comes/);
    await page.getByRole("button", { name: "an answer comes" }).click();
    assert.match(await page.locator("#verdict h1").innerText(), /reset the connection \(RST\)/);
    await page.closeCleanly();
  } finally {
    server.kill();
  }
});

test("who does not see it is told", async () => {
  const page = await open(feed);
  const axe = readFileSync(lab.require.resolve("axe-core/axe.min.js"), "utf8");
  const faults = async () => (await page.evaluate(`${axe}; axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa"] })`))
    .violations.map((it) => `${it.id}: ${it.help}: ${it.nodes[0].html.slice(0, 200)}`);
  assert.deepEqual(await faults(), []);
  await page.locator("#tab-sequence").click();
  await page.emulateMedia({ colorScheme: "dark" });
  assert.deepEqual(await faults(), []);
  await page.locator("#tab-findings").click();
  assert.deepEqual(await faults(), []);
  await page.closeCleanly();
});
