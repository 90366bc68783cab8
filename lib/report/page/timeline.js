// When each side said something, and when nobody did: the client above the axis, the server below it.

const AXIS = 84; // y of the axis
const REACH = 54; // of the tallest bar
const TALL = 168;
const SIDE = 64; // left of the axis: names of the lanes
const PHASES = { resolve: "name", connect: "TCP", proxy: "proxy", tls: "TLS" };

/** Steps of 1, 2, 5 × 10^n, so that about `count` of them fill `span`. */
function niceStep(span, count) {
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((of) => of * power).find((step) => step >= rough);
}

class Timeline {
  /** `select(row)` is told what was clicked on, `pick([from, to] | null)` the time that was drawn over. */
  constructor({ name, select, pick }) {
    this.selectRow = select;
    this.pick = pick;
    this.view = null; // [from, to]; null: all of it
    this.range = null;
    this.cursor = null; // a row
    this.marks = s("g"); // what moves while all else stays
    this.svg = s("svg", { class: "timeline", height: TALL, tabindex: "0", role: "group" });
    this.svg.addEventListener("pointerdown", (event) => this.begin(event));
    this.svg.addEventListener("dblclick", () => this.pick(null));
    this.svg.addEventListener("keydown", (event) => this.key(event));
    this.element = h("figure", { class: "timeline-box" }, name && h("figcaption", null, name), this.svg);
    new ResizeObserver(() => this.draw()).observe(this.element);
  }

  /** `span`: [from, to] of what is shown; `zero`: where its scale begins. */
  setSession(session, span, zero) {
    this.session = session;
    this.full = span;
    this.zero = zero;
    this.view = null;
    this.range = null;
    this.silences = session.silences;
    this.svg.setAttribute("aria-label", this.words());
    this.draw();
  }

  setRange(range, zoomed) {
    const view = zoomed ? range : null;
    const moves = this.view !== view;
    this.range = range;
    this.view = view;
    if (moves) this.draw();
    else this.drawMarks();
  }

  setCursor(row) {
    this.cursor = row;
    this.drawMarks();
  }

  /** What the picture says, for who does not see it. */
  words() {
    const { sides } = this.session.figures;
    const [from, to] = this.full;
    const silence = this.silences[0];
    return `Timeline of ${formatDuration(to - from)}: ${counted(sides.client.messages, "message")} from the client, ` +
      `${formatCount(sides.server.messages)} from the server` +
      (silence ? `; the longest pause has ${silenceWords(silence)}, from ${formatDuration(silence.from)} on` : "") +
      ". Arrow keys go from event to event.";
  }

  x(t) {
    const view = this.view ?? this.full;
    return SIDE + ((t - view[0]) / (view[1] - view[0])) * (this.width - SIDE - 16);
  }

  t(x) {
    const [from, to] = this.view ?? this.full;
    return from + (Math.max(0, Math.min(1, (x - SIDE) / (this.width - SIDE - 16)))) * (to - from);
  }

  draw() {
    this.width = this.element.clientWidth;
    if (!this.session || this.width < 120) return;
    this.svg.setAttribute("width", String(this.width));
    this.svg.setAttribute("viewBox", `0 0 ${this.width} ${TALL}`);
    this.drawMarks();
    this.svg.replaceChildren(
      ...this.drawScale(), ...this.drawSilences(), ...this.drawTraffic(), ...this.drawPhases(),
      ...this.drawEnds(), ...this.drawFindings(), this.marks);
  }

  inView(t) {
    const view = this.view ?? this.full;
    return t >= view[0] && t <= view[1];
  }

  drawScale() {
    const [from, to] = this.view ?? this.full;
    const step = niceStep(to - from, Math.max(3, this.width / 130));
    const parts = [
      s("line", { class: "axis", x1: SIDE, x2: this.width - 16, y1: AXIS, y2: AXIS }),
      s("text", { class: "lane", x: 0, y: AXIS - 24 }, "client"),
      s("text", { class: "lane", x: 0, y: AXIS + 32 }, "server"),
    ];
    for (let t = this.zero + Math.ceil((from - this.zero) / step) * step; t <= to; t += step) {
      parts.push(s("line", { class: "grid", x1: this.x(t), x2: this.x(t), y1: 20, y2: TALL - 22 }));
      parts.push(s("text", { class: "tick", x: this.x(t), y: TALL - 8 }, t === this.zero ? "0" : formatDuration(t - this.zero)));
    }
    return parts;
  }

  drawSilences() {
    return this.silences.slice(0, 60).flatMap((gap) => {
      const [from, to] = this.view ?? this.full;
      if (gap.to < from || gap.from > to) return [];
      const left = Math.max(SIDE, this.x(gap.from));
      const width = Math.min(this.width - 16, this.x(gap.to)) - left;
      const words = silenceWords(gap);
      const parts = [s("rect", { class: "silence", x: left, width, y: 20, height: TALL - 42 }, s("title", null, words))];
      const label = width > 150 ? words : width > 56 ? formatDuration(gap.to - gap.from) : null;
      if (label) parts.push(s("text", { class: "silence-words", x: left + width / 2, y: AXIS - 8 }, label));
      return parts;
    });
  }

  drawRange() {
    if (!this.range || this.view) return [];
    const left = this.x(this.range[0]);
    return [s("rect", { class: "range", x: left, width: this.x(this.range[1]) - left, y: 16, height: TALL - 36 })];
  }

  /** Frames of one pixel share a bar: as tall as the logarithm of their bytes. */
  drawTraffic() {
    const bars = { client: new Map(), server: new Map() };
    const pings = { client: new Set(), server: new Set() };
    for (const row of this.session.rows) {
      if (!row.from || !(row.isFrame || row.event.kind === "undecoded" || row.event.kind === "partial") || !this.inView(row.t)) continue;
      const x = Math.round(this.x(row.t));
      if (row.group === "ping") pings[row.from].add(x);
      else if (row.group === "message") bars[row.from].set(x, (bars[row.from].get(x) ?? 0) + row.said);
    }
    const count = bars.client.size + bars.server.size;
    const stroke = count < 80 ? 3 : count < 300 ? 2 : 1;
    const path = (side, sign) => {
      let d = "";
      for (const [x, bytes] of bars[side]) {
        const tall = Math.min(REACH, 7 + 4.6 * Math.log2(1 + bytes / 8));
        d += `M${x + 0.5} ${AXIS + sign * 2}V${(AXIS + sign * (2 + tall)).toFixed(1)}`;
      }
      return d && s("path", { class: `bars ${side}`, d, "stroke-width": stroke });
    };
    const dots = (side, sign) => {
      let d = "";
      for (const x of pings[side]) d += `M${x} ${AXIS + sign * 60}v.01`;
      return d && s("path", { class: `pings ${side}`, d });
    };
    return [path("client", -1), path("server", 1), dots("client", -1), dots("server", 1)].filter(Boolean);
  }

  /** What came before the session was open, as bars on the axis. */
  drawPhases() {
    const parts = [];
    let request = null;
    const bar = (kind, from, to, words) => {
      if (!this.inView(to)) return;
      const left = Math.max(SIDE, this.x(from));
      parts.push(s("rect", { class: `phase ${kind}`, x: left, width: Math.max(2, this.x(to) - left), y: AXIS - 3, height: 6, rx: 2 },
        s("title", null, `${words}: ${formatDuration(to - from)}`)));
    };
    for (const { event, t } of this.session.rows) {
      if (event.kind in PHASES && event.duration_ns > 0) bar(event.kind, t - event.duration_ns, t, PHASES[event.kind]);
      else if (event.kind === "request") request = t;
      else if (event.kind === "response" && request !== null) bar("response", request, t, "upgrade");
    }
    return parts;
  }

  drawEnds() {
    const parts = [];
    for (const row of this.session.rows) {
      if (!this.inView(row.t)) continue;
      const x = this.x(row.t);
      if (row.isFrame && row.event.opcode === 8) {
        const y = AXIS + (row.from === "client" ? -30 : 30);
        parts.push(s("path", { class: `close ${row.from}`, d: `M${x} ${y - 7}l7 7-7 7-7-7Z` }, s("title", null, `Close by the ${row.from}: ${row.line}`)));
      } else if (row.event.kind === "ending") {
        const tone = this.session.short?.tone ?? "drop";
        parts.push(s("line", { class: `end ${tone}`, x1: x, x2: x, y1: 16, y2: TALL - 22 }));
        const words = row.event.how.replaceAll("_", " ");
        parts.push(s("text", { class: `end-words ${tone}`, x: x - 6, y: 28 }, words));
      }
    }
    return parts;
  }

  drawFindings() {
    const seen = new Set();
    const parts = [];
    for (const row of this.session.rows) {
      if (row.findings.length === 0 || !this.inView(row.t)) continue;
      const x = Math.round(this.x(row.t));
      if (seen.has(x)) continue;
      seen.add(x);
      const worst = worstOf(row.findings);
      parts.push(s("path", { class: `finding ${worst}`, d: `M${x - 5} 3h10l-5 9Z` },
        s("title", null, row.findings.map((finding) => finding.says).join("\n"))));
    }
    return parts;
  }

  drawMarks() {
    if (this.width >= 120) this.marks.replaceChildren(...this.drawRange(), ...this.drawCursor());
  }

  drawCursor() {
    if (!this.cursor || !this.inView(this.cursor.t)) return [];
    const x = this.x(this.cursor.t);
    return [s("line", { class: "cursor", x1: x, x2: x, y1: 12, y2: TALL - 22 })];
  }

  /** The row that is nearest to a place: of the lane that it is in, if one is about as near. */
  nearest(x, y) {
    let best = null;
    let least = Infinity;
    for (const row of this.session.rows) {
      const off = Math.abs(this.x(row.t) - x) + (row.from === (y < AXIS ? "client" : "server") ? 0 : 6);
      if (off < least) [best, least] = [row, off];
    }
    return best;
  }

  begin(event) {
    if (event.button !== 0) return;
    const box = this.svg.getBoundingClientRect();
    const start = event.clientX - box.left;
    let moved = false;
    const move = (to) => {
      const x = to.clientX - box.left;
      moved ||= Math.abs(x - start) > 4;
      if (!moved) return;
      this.range = [this.t(Math.min(start, x)), this.t(Math.max(start, x))];
      this.drawMarks();
    };
    const end = (to) => {
      this.svg.removeEventListener("pointermove", move);
      this.svg.removeEventListener("pointerup", end);
      if (moved) this.pick(this.range);
      else this.selectRow(this.nearest(to.clientX - box.left, to.clientY - box.top));
    };
    this.svg.setPointerCapture(event.pointerId);
    this.svg.addEventListener("pointermove", move);
    this.svg.addEventListener("pointerup", end);
  }

  key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const { rows } = this.session;
    const at = this.cursor ? rows.indexOf(this.cursor) + step : 0;
    if (rows[at]) this.selectRow(rows[at]);
  }
}
