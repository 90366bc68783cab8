// What the HTML report makes of its data, without a browser: node tests/browser/test_model.mjs
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { pageScripts } from "./page_scripts.mjs";

const { formatDuration, formatSize, formatTime, formatClock, headerParts, payloadBytes, jsonOf, oneLine, readReport, figuresOf, Filter } = pageScripts(
  ["values", "model"],
  ["formatDuration", "formatSize", "formatTime", "formatClock", "headerParts", "payloadBytes", "jsonOf", "oneLine", "readReport", "figuresOf", "Filter"]);

const lines = (...events) => events.map((event) => `${JSON.stringify(event)}\n`).join("");
const HEADER = { whydrop: 1, kind: "capture", started: "2026-01-02T03:04:05.678Z", tool: "whydrop 0.2.0" };
const frame = (seq, ms, from, text, more) => ({ seq, t_ns: ms * 1e6, conn: 1, kind: "frame", from, opcode: 1, length: text.length, offset: 0, text, ...more });

test("values are written as people read them", () => {
  for (const [ns, words] of [[0, "0 ns"], [999, "999 ns"], [85_300, "85.3 µs"], [12_345_678, "12.3 ms"], [999_600_000, "1 s"], [60e9, "60 s"],
    [119.9e9, "120 s"], [250e9, "4 min 10 s"], [7200e9, "2 h"], [7290e9, "2 h 2 min"]]) {
    assert.equal(formatDuration(ns), words);
  }
  for (const [bytes, words] of [[0, "0 B"], [1023, "1023 B"], [9011, "8.8 KiB"], [104_857_600, "100 MiB"]]) assert.equal(formatSize(bytes), words);
  assert.equal(formatTime(12_345_678_900), "12.345679");
  assert.equal(formatClock("2026-01-02T03:04:05.678Z", 1.5e9), "2026-01-02 03:04:07.178 UTC");
  assert.equal(formatClock("never", 0), "");
  assert.equal(oneLine("a\nb\u202e\u0007"), "a⏎b\\u202e\\u0007");
});

test("a frame's header is told byte by byte (RFC 6455 section 5.7)", () => {
  const told = (frame) => headerParts(frame).map(({ bytes, says }) => `${bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(" ")}: ${says}`);
  assert.deepEqual(told({ opcode: 1, length: 5 }), ["81: FIN, opcode 1 (text)", "05: not masked, length 5"]);
  assert.deepEqual(told({ opcode: 1, length: 5, mask: "37fa213d" }),
    ["81: FIN, opcode 1 (text)", "85: masked, length 5", "37 fa 21 3d: masking key"]);
  assert.deepEqual(told({ opcode: 2, name: "binary", length: 256 }), ["82: FIN, opcode 2 (binary)", "7e: not masked, length in 2 bytes", "01 00: length 256"]);
  assert.deepEqual(told({ opcode: 2, name: "binary", length: 65536, rsv: 4, fin: false }),
    ["42: no FIN, RSV1, opcode 2 (binary)", "7f: not masked, length in 8 bytes", "00 00 00 00 00 01 00 00: length 65,536"]);
  assert.deepEqual(told({ opcode: 1, length: 5, length_form: 16 }), ["81: FIN, opcode 1 (text)", "7e: not masked, length in 2 bytes", "00 05: length 5"]);
});

test("bytes are those of the wire", () => {
  const hex = (event) => Array.from(payloadBytes(event), (byte) => byte.toString(16).padStart(2, "0")).join("");
  assert.equal(hex({ opcode: 1, text: "é" }), "c3a9");
  assert.equal(hex({ opcode: 2, base64: "//4=" }), "fffe");
  assert.equal(hex({ opcode: 8, close_code: 1000, reason: "by" }), "03e86279");
  assert.equal(hex({ opcode: 8, close_code: null, reason: "" }), "");
  assert.deepEqual(jsonOf(' {"a":1}'), { value: { a: 1 } });
  assert.equal(jsonOf("12"), null);
  assert.equal(jsonOf("{nothing"), null);
});

test("a session has its facts as rows, and what is said of them", () => {
  const report = readReport(lines(HEADER,
    { seq: 1, t_ns: 0, conn: 1, kind: "open", role: "websocket", url: "ws://a/" },
    frame(2, 1, "client", "x", { rsv: 4 }),
    { seq: 3, t_ns: 1e6, conn: 1, kind: "inflated", from: "client", frames: [2], opcode: 1, length: 5, text: "hello" },
    { seq: 3, t_ns: 1e6, conn: 1, kind: "message", from: "client", frames: [2], type: "greeting", cut: 0, text: "" },
    { seq: 5, t_ns: 9e6, conn: 1, kind: "ending", how: "reset", by: "server" },
    frame(4, 2, "server", "late"),
    { seq: 5, t_ns: 9e6, conn: 1, kind: "verdict", findings: [{ id: "no-close-reset", severity: "error", evidence: [2, 5], says: "" }] },
    { kind: "short", conn: 1, tone: "drop", rows: [] }) + '{"seq":6,"t_ns":9');
  assert.equal(report.unread, 1);
  const [session] = report.sessions;
  assert.deepEqual(session.rows.map((row) => [row.seq, row.name, row.line]),
    [[1, "open", "ws://a/"], [2, "text", "hello"], [4, "text", "late"], [5, "ending", "reset, by server"]]);
  assert.equal(session.rows[1].message.type, "greeting");
  assert.deepEqual(session.rows.map((row) => row.findings.length), [0, 1, 0, 1]);
  assert.equal(session.short.tone, "drop");
  assert.equal(session.rows[1].said, 5);
});

test("a check has the session that follows it", () => {
  const report = readReport(lines(
    { type: "check", name: "one", exit_code: 1 }, HEADER, { seq: 1, t_ns: 0, conn: 1, kind: "open", url: "ws://a/" }, { kind: "left_out", events: 7 },
    { type: "check", name: "two", exit_code: 0 }));
  assert.deepEqual(report.checks.map((check) => [check.name, check.run !== null]), [["one", true], ["two", false]]);
  assert.equal(report.runs[0].leftOut, 7);
});

test("of two files the first runs are held against each other", () => {
  const report = readReport(lines(
    { type: "side" }, HEADER, HEADER, { type: "side" }, HEADER,
    { type: "difference", kind: "changed" }, { type: "pair", mark: "same", seq_a: 1, seq_b: 2 }, { type: "comparison", a: "a", b: "b", differences: 9, says: [] }));
  assert.deepEqual(report.sides, [report.runs[0], report.runs[2]]);
  assert.deepEqual([report.comparison.all, report.comparison.differences.length, report.comparison.pairs.length], [9, 1, 1]);
});

test("a pause has no message, and tells of its pings", () => {
  const ping = (seq, ms, from, opcode) => frame(seq, ms, from, "1", { opcode });
  const { sessions: [session] } = readReport(lines(HEADER,
    { seq: 1, t_ns: 0, conn: 1, kind: "response", status: 101, headers: [] }, frame(2, 100, "client", "a"), frame(3, 120, "server", "b"),
    ping(4, 3000, "client", 9), ping(5, 3004, "server", 10), ping(6, 5000, "server", 9), { seq: 7, t_ns: 9000e6, conn: 1, kind: "ending", how: "fin", by: "server" }));
  assert.deepEqual(session.silences, [{ from: 120e6, to: 9000e6, pings: 3 }]);
  const { sides, trips, owed } = figuresOf(session);
  assert.deepEqual([sides.client.messages, sides.server.messages, trips, owed], [1, 1, [4e6], { client: 1, server: 0 }]);
});

test("a filter leaves what is asked for", () => {
  const { sessions: [session] } = readReport(readFileSync(new URL("../../fixtures/reports/feed.ndjson", import.meta.url), "utf8"));
  const left = (set) => new Filter().rows.call(Object.assign(new Filter(), set), session).length;
  const all = session.rows.length;
  assert.equal(left({}), all);
  assert.equal(left({ side: "client" }) + left({ side: "server" }), session.rows.filter((row) => row.from).length);
  assert.equal(left({ words: "SUBSCRIBE" }), 2);
  assert.equal(left({ words: "/^.{0,3}type.*welcome/" }), 1);
  assert.equal(left({ words: "[" }), session.rows.filter((row) => row.text.includes("[")).length);
  assert.equal(left({ groups: new Set(["ping"]) }), 10);
  assert.equal(left({ range: [0, 1e7] }), session.rows.filter((row) => row.t <= 1e7).length);
  assert.ok(Object.assign(new Filter(), { words: "/(/" }).broken);
});
