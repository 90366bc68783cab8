// Draws the pictures of the report that the README and docs/report.md show: node tests/browser/pictures.mjs WHYDROP
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { FEED, captureOf, launch, makeLab, reportOf, whydrop } from "./browser.mjs";

const DOCS = fileURLToPath(new URL("../../docs/", import.meta.url));
const program = process.argv[2] ?? "build/release/whydrop";
const lab = makeLab();
const browser = await launch(lab);

async function picture(html, name, { height, colorScheme = "light", before }) {
  const page = await browser.newPage({ viewport: { width: 1120, height }, colorScheme });
  await page.goto(`file://${html}`);
  if (before) await before(page);
  await page.evaluate(() => { scrollTo({ top: 0, behavior: "instant" }); return document.fonts.ready; });
  await page.screenshot({ path: join(DOCS, name) });
  await page.close();
}

/** A game that goes on where the client says its version, and ends where it does not. */
function game(name, hello, rest) {
  const frames = [{ from: "client", ms: 8, text: JSON.stringify({ type: "hello", client: "web", ...hello }) }, { from: "server", ms: 31, text: '{"type":"welcome","player":7}' },
    { from: "client", ms: 60, text: '{"type":"join","room":"lobby"}' }];
  return captureOf(lab, name, [...frames, ...rest], { url: "ws://127.0.0.1:9000/game", endsAfter: 3 });
}

const feed = reportOf(program, lab, FEED, "feed");
const good = game("good", { version: 3 }, [{ from: "server", ms: 74, text: '{"type":"joined","room":"lobby","players":12}' }, { from: "server", ms: 410, text: '{"type":"state","tick":1}' },
  { from: "server", ms: 810, text: '{"type":"state","tick":2}' }, { from: "client", ms: 1000, opcode: 8, name: "close", close_code: 1000, reason: "" }, { from: "server", ms: 1004, opcode: 8, name: "close", close_code: 1000, reason: "" }]);
const diff = join(lab.folder, "diff.html");
whydrop(program, ["diff", good, game("bad", {}, []), "--to", "html", "-o", diff]);

await picture(feed, "report.png", { height: 800 });
await picture(feed, "report-sequence.png", { height: 800, colorScheme: "dark", before: (page) => page.locator("#tab-sequence").click() });
await picture(diff, "report-diff.png", { height: 1160, before: (page) => page.locator(".pair.changed").click() });
await browser.close();
