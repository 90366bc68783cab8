// Chromium of the system, driven by playwright-core of npm's registry, and reports to look at.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));
export const FEED = fileURLToPath(new URL("../../fixtures/reports/feed.ndjson", import.meta.url));

/** A reason not to run: what is missing is not whydrop's. */
export class Missing extends Error {}

/** A folder that goes with the process, and the packages in it: of $WHYDROP_LAB, or installed for this once. */
export function makeLab() {
  const folder = mkdtempSync(join(tmpdir(), "whydrop-browser-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const kept = process.env.WHYDROP_LAB ? join(process.env.WHYDROP_LAB, "browser") : folder;
  if (!existsSync(join(kept, "node_modules", "playwright-core"))) {
    cpSync(join(HERE, "package.json"), join(kept, "package.json"), { recursive: true });
    const installed = spawnSync("npm", ["install", "--no-audit", "--no-fund", "--silent"], { cwd: kept, timeout: 60000 });
    if (installed.status !== 0) throw new Missing("npm cannot install playwright-core");
  }
  return { folder, require: createRequire(join(kept, "package.json")) };
}

export async function launch(lab) {
  const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(existsSync);
  if (!executablePath) throw new Missing("chromium is not installed");
  // In a container Chromium's sandbox has no namespaces to use; the pages are ours.
  return lab.require("playwright-core").chromium.launch({ executablePath, args: ["--no-sandbox"] });
}

/** Runs whydrop, whatever it says of the session; an internal error or wrong usage is a mistake of the test. */
export function whydrop(program, args, options = {}) {
  const run = spawnSync(program, args, { encoding: "utf8", timeout: 60000, ...options });
  if (run.status === null || [2, 70].includes(run.status)) throw new Error(`whydrop ${args.join(" ")}: ${run.stderr}`);
  return run;
}

/** The HTML report of a capture. */
export function reportOf(program, lab, capture, name) {
  const html = join(lab.folder, `${name}.html`);
  whydrop(program, ["inspect", capture, "-q", "--report", `html:${html}`]);
  return html;
}

const FIRST = { whydrop: 1, minor: 1, kind: "capture", started: "2026-01-02T03:04:05.678Z", tool: "whydrop 0.2.0", profile: null, run: { id: "0000abcd", n: 1, of: 1, options: {} }, redacted: [] };
const UPGRADE = [{ name: "Upgrade", value: "websocket" }, { name: "Connection", value: "Upgrade" }];

/** Writes a capture of a session in which these frames went; {from, ms, opcode, text…} each. Returns its path. */
export function captureOf(lab, name, frames, { url = "ws://127.0.0.1:9000/feed", reply = [], endsAfter = 7000 } = {}) {
  let seq = 0;
  const offset = { client: 0, server: 0 };
  const lines = [JSON.stringify(FIRST)];
  const add = (event) => lines.push(JSON.stringify({ seq: ++seq, ...event }));
  add({ t_ns: 0, conn: 1, kind: "open", role: "websocket", url, parent: null });
  add({ t_ns: 2e6, conn: 1, kind: "request", start_line: `GET ${new URL(url).pathname} HTTP/1.1`, headers: [{ name: "Host", value: "127.0.0.1:9000" }, ...UPGRADE, { name: "Sec-WebSocket-Key", value: "dGhlIHNhbXBsZSBub25jZQ==" }, { name: "Sec-WebSocket-Version", value: "13" }], size: 160 });
  add({ t_ns: 4e6, conn: 1, kind: "response", start_line: "HTTP/1.1 101 Switching Protocols", status: 101, headers: [...UPGRADE, { name: "Sec-WebSocket-Accept", value: "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" }, ...reply], body: "", body_length: 0, size: 129 });
  let last = 4;
  for (const { from, ms, ...more } of frames) {
    const length = Buffer.byteLength(more.text ?? more.reason ?? "") + (more.opcode === 8 ? 2 : 0);
    add({ t_ns: Math.round(ms * 1e6), conn: 1, kind: "frame", from, opcode: 1, ...(from === "client" ? { mask: "37fa213d" } : {}), length, offset: offset[from], ...more });
    offset[from] += length + (from === "client" ? 6 : 2) + (length > 125 ? 2 : 0);
    last = ms;
  }
  add({ t_ns: Math.round((last + endsAfter) * 1e6), conn: 1, kind: "ending", how: "fin", by: "server", read_error: "eof", write_error: null, detail: null, tcp_state: 8, unacked: 0, retransmits: 0, rtt_us: 50 });
  const path = join(lab.folder, `${name}.ndjson`);
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
}

/** So many trades of a market, a tenth of them the client's. */
export function trades(count) {
  return Array.from({ length: count }, (_, i) => ({
    from: i % 10 === 3 ? "client" : "server",
    ms: 5 + i * 0.3,
    text: JSON.stringify({ type: "trade", channel: "BTC-USD", price: 60000 + ((i * 7919) % 1000) / 10, size: ((i * 31) % 97) / 100, sequence: i }),
  }));
}

