// What the report holds, as sessions with rows. Nothing here knows the page.

const OPCODES = { 0: "continuation", 1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong" };
/** What of the log a filter can ask for. */
const GROUPS = { message: "Messages", ping: "Pings", close: "Close and end", connection: "Connection" };
const KIND_GROUPS = { shutdown: "close", ending: "close", partial: "message", undecoded: "message" };
/** Kinds that say something of another row. */
const OPINIONS = new Set(["inflated", "message", "state", "finding", "verdict", "short"]);
const PREVIEW = 400;
const NONE = []; // findings of most rows

function groupOf(event) {
  if (event.kind !== "frame") return KIND_GROUPS[event.kind] ?? "connection";
  return event.opcode === 8 ? "close" : event.opcode === 9 || event.opcode === 10 ? "ping" : "message";
}

/** One fact of a session, with what is known of it. */
class Row {
  constructor(event) {
    this.event = event;
    this.seq = event.seq;
    this.t = event.t_ns;
    this.from = event.from ?? (event.kind === "request" ? "client" : event.kind === "response" ? "server" : null);
    this.group = groupOf(event);
    this.findings = NONE;
    this.message = null; // an assembled message that ends with this frame
    this.inflated = null; // the content of a compressed message that begins with this frame
    this.preview = null;
  }

  get isFrame() {
    return this.event.kind === "frame";
  }

  /** "text", "ping", "tls" … */
  get name() {
    return this.isFrame ? OPCODES[this.event.opcode] ?? `opcode ${this.event.opcode}` : this.event.kind;
  }

  /** The event that holds the content: that of the frame, or of the message that was compressed. */
  get content() {
    return this.inflated ?? this.event;
  }

  /** Bytes of what was said: those of a compressed message count inflated. */
  get said() {
    return this.inflated?.length ?? this.size ?? 0;
  }

  get size() {
    const event = this.event;
    return event.length ?? event.size ?? (event.kind === "partial" ? event.have : null);
  }

  /** What a search looks at, and a line shows the beginning of. */
  get text() {
    return says(this);
  }

  get line() {
    this.preview ??= oneLine(this.text.slice(0, PREVIEW));
    return this.preview;
  }
}

function contentText(event) {
  if (event.text !== undefined) return event.text;
  if (event.base64 === undefined) return "";
  const bytes = bytesOfBase64(event.base64.slice(0, 256));
  return `${Array.from(bytes.slice(0, 96), hexByte).join(" ")}${bytes.length > 96 ? " …" : ""}`;
}

function failed(event, words) {
  return event.error ? `failed after ${formatDuration(event.duration_ns)}: ${event.error}` : words;
}

function closeText(event) {
  if (event.base64 !== undefined) return contentText(event);
  if (event.close_code === null || event.close_code === undefined) return "no code";
  return event.reason ? `${event.close_code} “${event.reason}”` : `${event.close_code}, no reason`;
}

const SAYS = {
  open: (e) => (e.call ? `${e.call}: ${e.url}` : e.url),
  resolve: (e) => failed(e, `${e.host} → ${(e.addresses ?? []).join(", ")} in ${formatDuration(e.duration_ns)}`),
  connect: (e) => `${e.remote}: ${failed(e, `connected in ${formatDuration(e.duration_ns)}`)}`,
  proxy: (e) => `${e.proxy} proxy ${e.address}: ${failed(e, `answered ${e.status} in ${formatDuration(e.duration_ns)}`)}`,
  tls: (e) => failed(e, `${e.version}, ${e.cipher}, ${e.verified ? "verified" : "not verified"}, in ${formatDuration(e.duration_ns)}`),
  request: (e) => e.start_line ?? "",
  response: (e) => e.start_line ?? "",
  partial: (e) => `a frame that the end cut: ${formatSize(e.have)} of ${formatSize(e.need)} had come`,
  undecoded: (e) => `${formatSize(e.length)} that are no frames${e.protocol ? `: ${e.protocol}` : ""}`,
  shutdown: (e) => `nothing more comes from the ${e.from}`,
  intervention: (e) => `the relay: ${e.detail}`,
  ending: (e) => `${e.how.replaceAll("_", " ")}, by ${e.by}${e.detail ? `: ${e.detail}` : ""}`,
  token: (e) => `token ${e.var}, ${e.alg}${e.exp ? `, runs out ${new Date(e.exp * 1000).toISOString()}` : ""}`,
};

/** A row in words: a frame's content, or what happened. */
function says(row) {
  const event = row.event;
  if (!row.isFrame) return (SAYS[event.kind] ?? (() => event.kind))(event);
  return event.opcode === 8 ? closeText(event) : contentText(row.content);
}

/** "12 s of silence", or what broke it only as pings do. */
function silenceWords(gap) {
  return `${formatDuration(gap.to - gap.from)} ${gap.pings > 0 ? "with pings only" : "of silence"}`;
}

/** One connection. */
class Session {
  constructor(run, conn) {
    this.run = run;
    this.conn = conn;
    this.rows = [];
    this.verdict = null;
    this.short = null;
    this.pauses = null; // made when they are asked for, as are the figures
    this.counted = null;
  }

  get open() {
    return this.rows.find((row) => row.event.kind === "open")?.event ?? null;
  }

  get ending() {
    return this.rows.findLast((row) => row.event.kind === "ending") ?? null;
  }

  /** The first and the last moment, never the same. */
  get span() {
    const from = this.rows[0]?.t ?? 0;
    const to = this.rows.at(-1)?.t ?? 0;
    return [from, Math.max(to, from + NS.ms)];
  }

  get findings() {
    return this.verdict?.findings ?? [];
  }

  get figures() {
    this.counted ??= figuresOf(this);
    return this.counted;
  }

  add(event) {
    this.rows.push(new Row(event));
  }

  /** The row of this number: rows stand in their order. */
  at(seq) {
    let from = 0;
    let to = this.rows.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.rows[middle].seq < seq) from = middle + 1;
      else to = middle;
    }
    return this.rows[from]?.seq === seq ? this.rows[from] : undefined;
  }

  /** Times without a message of either side, longest first: [{from, to, pings}]. What an eye would not see is none. */
  get silences() {
    this.pauses ??= this.findSilences();
    return this.pauses;
  }

  findSilences() {
    const [from, to] = this.span;
    const least = Math.max((to - from) / 20, 500 * NS.ms);
    const gaps = [];
    let last = null;
    let pings = 0;
    for (const row of this.rows) {
      if (row.group === "ping") pings += 1;
      if (row.group === "ping" || (row.group === "connection" && row.event.kind !== "response")) continue;
      if (last !== null && row.t - last >= least) gaps.push({ from: last, to: row.t, pings });
      last = row.t;
      pings = 0;
    }
    return gaps.sort((a, b) => b.to - b.from - (a.to - a.from));
  }
}

/** Puts what is known of rows where it belongs. */
function attach(session, opinions) {
  session.rows.sort((a, b) => a.seq - b.seq);
  for (const event of opinions) {
    if (event.kind === "inflated") {
      const row = session.at(event.frames?.[0]);
      if (row) row.inflated = event;
    } else if (event.kind === "message") {
      const row = session.at(event.frames?.at(-1));
      if (row) row.message = event;
    }
  }
  for (const finding of session.findings) {
    for (const row of finding.evidence.map((seq) => session.at(seq))) {
      if (row) row.findings = [...row.findings, finding];
    }
  }
}

/** A run: a capture's first line and what follows it. */
class Run {
  constructor(header, check) {
    this.header = header;
    this.check = check;
    this.sessions = new Map();
    this.opinions = new Map();
    this.verdict = null;
    this.short = null;
    this.leftOut = 0;
    this.witness = "bytes";
  }

  session(conn) {
    if (!this.sessions.has(conn)) {
      this.sessions.set(conn, new Session(this, conn));
      this.opinions.set(conn, []);
    }
    return this.sessions.get(conn);
  }

  take(event) {
    if (event.kind === "left_out") {
      this.leftOut += event.events;
      return;
    }
    if (event.kind === "witness") {
      this.witness = event.of;
      return;
    }
    if (event.conn === null || event.conn === undefined) {
      if (event.kind === "verdict") this.verdict = event;
      if (event.kind === "short") this.short = event;
      return;
    }
    const session = this.session(event.conn);
    if (event.kind === "verdict") session.verdict = event;
    else if (event.kind === "short") session.short = event;
    else if (OPINIONS.has(event.kind)) this.opinions.get(event.conn).push(event);
    else session.add(event);
  }

  finish() {
    for (const [conn, session] of this.sessions) attach(session, this.opinions.get(conn));
    this.opinions.clear();
  }
}

/** The objects of lines of JSON, and how many could not be read: the last line of a killed run is cut. */
function readLines(text) {
  try {
    // All at once takes half the time: a line end never stands in a string.
    return { events: JSON.parse(`[${text.trim().replaceAll("\n", ",")}]`), unread: 0 };
  } catch {
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    const events = lines.flatMap((line) => {
      try {
        return [JSON.parse(line)];
      } catch {
        return [];
      }
    });
    return { events, unread: lines.length - events.length };
  }
}

/** Reads a report's data: {runs, sides, sessions, checks, comparison, unread}; sides: the two runs that are compared. A last line that was cut is left out. */
function readReport(text) {
  const { events, unread } = readLines(text);
  const report = { runs: [], sides: [], checks: [], comparison: null, unread };
  const differences = [];
  const pairs = [];
  let check = null;
  let side = false;
  for (const event of events) {
    if (event.type === "check") {
      check = { ...event, run: null };
      report.checks.push(check);
    } else if (event.type === "side") side = true;
    else if (event.kind === "capture") {
      const run = new Run(event, check);
      if (check) check.run = run;
      if (side) report.sides.push(run);
      side = false;
      report.runs.push(run);
    } else if (event.type === "difference") differences.push(event);
    else if (event.type === "pair") pairs.push(event);
    else if (event.type === "comparison") report.comparison = { ...event, all: event.differences, differences, pairs };
    else report.runs.at(-1)?.take(event);
  }
  for (const run of report.runs) run.finish();
  report.sessions = report.runs.flatMap((run) => [...run.sessions.values()]);
  return report;
}

/** How many frames and bytes of messages each side sent, and the times from pings to their pongs. */
function figuresOf(session) {
  const sides = { client: { messages: 0, bytes: 0, frames: 0 }, server: { messages: 0, bytes: 0, frames: 0 } };
  const pings = { client: new Map(), server: new Map() };
  const trips = [];
  for (const row of session.rows) {
    if (!row.isFrame) continue;
    const side = sides[row.from];
    side.frames += 1;
    if (row.group === "message") {
      side.messages += row.event.opcode !== 0 ? 1 : 0;
      side.bytes += row.said;
    } else if (row.event.opcode === 9) pings[row.from].set(row.text, row.t);
    else if (row.event.opcode === 10) {
      const from = row.from === "client" ? "server" : "client";
      if (pings[from].has(row.text)) {
        trips.push(row.t - pings[from].get(row.text));
        pings[from].delete(row.text);
      }
    }
  }
  trips.sort((a, b) => a - b);
  return { sides, trips, owed: { client: pings.server.size, server: pings.client.size } };
}

/** What of a session's rows is asked for. */
class Filter {
  constructor() {
    this.words = "";
    this.side = null;
    this.groups = new Set(Object.keys(GROUPS));
    this.findingsOnly = false;
    this.range = null; // [from, to] in ns
  }

  /** The words as a RegExp with the flag g; null: there are none, or they are no expression. */
  get find() {
    const words = this.words.trim();
    if (words === "") return null;
    const given = /^\/(.+)\/$/.exec(words);
    try {
      return new RegExp(given ? given[1] : words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "gi");
    } catch {
      return null;
    }
  }

  get broken() {
    return this.words.trim() !== "" && this.find === null;
  }

  rows(session) {
    const find = this.find;
    const test = find && new RegExp(find.source, "i");
    return session.rows.filter((row) =>
      (this.side === null || row.from === this.side) &&
      this.groups.has(row.group) &&
      (!this.findingsOnly || row.findings.length > 0) &&
      (this.range === null || (row.t >= this.range[0] && row.t <= this.range[1])) &&
      (test === null || test.test(row.text)));
  }
}
