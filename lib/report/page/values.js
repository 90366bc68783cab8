// Values as people read them, and bytes as they were. Nothing here knows the page.

const NS = { ms: 1e6, s: 1e9, min: 60e9, h: 3600e9 };

/** `value` with about three digits that count. */
function rounded(value) {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return String(Number(value.toFixed(digits)));
}

/** "85 µs", "12.3 ms", "60 s", "4 min 10 s". */
function formatDuration(ns) {
  const span = Math.abs(ns);
  if (span < 1e3) return `${span} ns`;
  if (span < NS.ms) return `${rounded(span / 1e3)} µs`;
  if (span < 999.5 * NS.ms) return `${rounded(span / NS.ms)} ms`;
  if (span < 2 * NS.min) return `${rounded(span / NS.s)} s`;
  const large = span < 2 * NS.h ? ["min", "s", NS.min, NS.s] : ["h", "min", NS.h, NS.min];
  const whole = Math.floor(span / large[2]);
  const rest = Math.round((span - whole * large[2]) / large[3]);
  return rest === 0 ? `${whole} ${large[0]}` : `${whole} ${large[0]} ${rest} ${large[1]}`;
}

/** Seconds since the run began, to the microsecond: "12.345678". */
function formatTime(ns) {
  return (ns / NS.s).toFixed(6);
}

/** The time of day in UTC, to the millisecond; `started` is RFC 3339. */
function formatClock(started, ns) {
  const at = Date.parse(started);
  return Number.isNaN(at) ? "" : new Date(at + ns / NS.ms).toISOString().replace("T", " ").replace("Z", " UTC");
}

/** "5 B", "8.8 KiB". */
function formatSize(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  const units = ["KiB", "MiB", "GiB", "TiB"];
  let size = bytes / 1024;
  let at = 0;
  for (; size >= 1024 && at + 1 < units.length; ++at) size /= 1024;
  return `${rounded(size)} ${units[at]}`;
}

/** 100000 → "100,000". */
function formatCount(count) {
  return count.toLocaleString("en-US");
}

/** "1 frame", "2 frames". */
function counted(count, noun) {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

function hexByte(byte) {
  return byte.toString(16).padStart(2, "0");
}

function bytesOfBase64(text) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; ++i) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** The bytes of an event's member that is text, or base64 where it is no UTF-8. */
function bytesOf(event, key = "text") {
  const encoded = event[key === "text" ? "base64" : `${key}_base64`];
  if (encoded !== undefined) return bytesOfBase64(encoded);
  return new TextEncoder().encode(event[key] ?? "");
}

/** A Close frame's payload is told as its code and reason. RFC 6455 section 5.5.1. */
function payloadBytes(event) {
  if (event.opcode !== 8 || event.base64 !== undefined) return bytesOf(event);
  if (event.close_code === null || event.close_code === undefined) return new Uint8Array();
  const reason = new TextEncoder().encode(event.reason ?? "");
  const bytes = new Uint8Array(2 + reason.length);
  bytes[0] = event.close_code >> 8;
  bytes[1] = event.close_code & 255;
  bytes.set(reason, 2);
  return bytes;
}

const LENGTH_BYTES = { 7: 0, 16: 2, 64: 8 };

/**
 * The parts of a frame's header as they were on the wire: [{bytes, says}]. RFC 6455 section 5.2.
 * What an event leaves out is at its default (captures of version 1.1).
 */
function headerParts(frame) {
  const fin = frame.fin ?? true;
  const rsv = frame.rsv ?? 0;
  const length = frame.length;
  const masked = frame.mask !== null && frame.mask !== undefined;
  const form = frame.length_form ?? (length < 126 ? 7 : length < 65536 ? 16 : 64);
  const flags = [fin ? "FIN" : "no FIN"];
  for (const [bit, name] of [[4, "RSV1"], [2, "RSV2"], [1, "RSV3"]]) {
    if (rsv & bit) flags.push(name);
  }
  const first = (fin ? 128 : 0) | (rsv << 4) | frame.opcode;
  const short = form === 7 ? length : form === 16 ? 126 : 127;
  const parts = [
    { bytes: [first], says: `${flags.join(", ")}, opcode ${frame.opcode} (${frame.name ?? "text"})` },
    { bytes: [(masked ? 128 : 0) | short], says: `${masked ? "masked" : "not masked"}, length ${form === 7 ? length : `in ${LENGTH_BYTES[form]} bytes`}` },
  ];
  if (form !== 7) {
    const bytes = [];
    for (let rest = length, i = 0; i < LENGTH_BYTES[form]; ++i, rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
    parts.push({ bytes, says: `length ${formatCount(length)}` });
  }
  if (masked) {
    parts.push({ bytes: frame.mask.match(/../g).map((pair) => parseInt(pair, 16)), says: "masking key" });
  }
  return parts;
}

/** The value of a JSON text, in an object; null where it is none. A number alone is no JSON worth a tree. */
function jsonOf(text) {
  if (!/^\s*[[{]/.test(text)) return null;
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
}

/** Text as it can be shown: what would steer a reader's eyes, controls and marks of direction, is shown as an escape. */
function visible(text) {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, (char) =>
    `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The same on one line. */
function oneLine(text) {
  return visible(text.replace(/\r?\n/g, "⏎").replaceAll("\t", " "));
}
