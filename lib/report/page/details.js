// One event with all that is known of it.

const HEX_WIDTH = 16;
const HEX_FIRST = 4096;
const CHILDREN_FIRST = 200;

function jsonLeaf(value) {
  const type = value === null ? "null" : typeof value;
  return h("span", { class: `json-${type}` }, type === "string" ? JSON.stringify(value) : String(value));
}

/** A step of a JSON Pointer. RFC 6901 section 3. */
function pointerStep(key) {
  return `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

function jsonChildren(value, pointer, depth) {
  const entries = Array.isArray(value) ? value.map((item, i) => [i, item]) : Object.entries(value);
  const list = h("ul", null, entries.slice(0, CHILDREN_FIRST).map(([key, item]) => jsonNode(key, item, pointer + pointerStep(key), depth)));
  if (entries.length > CHILDREN_FIRST) {
    const rest = entries.slice(CHILDREN_FIRST);
    const more = h("button", { type: "button", class: "chip", onclick: () => {
      more.parentElement.replaceWith(...rest.map(([key, item]) => jsonNode(key, item, pointer + pointerStep(key), depth)));
    } }, `${formatCount(rest.length)} more`);
    list.append(h("li", null, more));
  }
  return list;
}

/** A member: what is below an object or array is made when it is opened. */
function jsonNode(key, value, pointer, depth) {
  const name = key === null ? null : h("span", { class: "json-key" }, typeof key === "number" ? `${key}` : key, ": ");
  if (value === null || typeof value !== "object") return h("li", { title: pointer }, name, jsonLeaf(value));
  const size = Array.isArray(value) ? counted(value.length, "item") : counted(Object.keys(value).length, "member");
  const details = h("details", { open: depth > 0 }, h("summary", { title: pointer || "/" }, name, h("span", { class: "quiet" }, `${Array.isArray(value) ? "[…]" : "{…}"} ${size}`)));
  const fillIn = () => {
    if (details.childElementCount === 1) details.append(jsonChildren(value, pointer, depth - 1));
  };
  if (depth > 0) fillIn();
  details.addEventListener("toggle", fillIn);
  return h("li", null, details);
}

function jsonTree(value) {
  return h("ul", { class: "json" }, jsonNode(null, value, "", 2));
}

function hexLine(bytes, at) {
  const part = bytes.subarray(at, at + HEX_WIDTH);
  const hex = Array.from(part, hexByte).join(" ");
  const text = Array.from(part, (byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : "·")).join("");
  return `${at.toString(16).padStart(8, "0")}  ${hex.padEnd(HEX_WIDTH * 3 - 1)}  ${text}`;
}

function hexLines(bytes, from, to) {
  const lines = [];
  for (let at = from; at < Math.min(bytes.length, to); at += HEX_WIDTH) lines.push(hexLine(bytes, at));
  return lines.join("\n");
}

function hexDump(bytes) {
  const text = h("pre", { class: "hex", tabindex: "0" }, hexLines(bytes, 0, HEX_FIRST));
  if (bytes.length <= HEX_FIRST) return text;
  const more = h("button", { type: "button", class: "chip", onclick: () => {
    text.append(`\n${hexLines(bytes, HEX_FIRST, bytes.length)}`);
    more.remove();
  } }, `All ${formatSize(bytes.length)}`);
  return h("div", null, text, more);
}

/** `whole`: the bytes themselves are known. */
function headerBytes(frame, whole) {
  return h("div", { class: "wire", role: "list", "aria-label": "Header bytes" }, headerParts(frame).map(({ bytes, says }) =>
    h("div", { class: "wire-part", role: "listitem" }, whole && h("code", null, bytes.map(hexByte).join(" ")), h("span", null, says))));
}

/** Tabs of which one is shown: [[name, make]]; the others are made when they are asked for. */
function tabs(label, list) {
  const panel = h("div", { class: "tab-panel", role: "tabpanel" });
  const buttons = list.map(([name], i) => h("button", { type: "button", role: "tab", onclick: () => choose(i) }, name));
  const bar = h("div", { role: "tablist", class: "tabs small", "aria-label": label, onkeydown: (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const at = (buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length;
    choose(at);
    buttons[at].focus();
  } }, buttons);
  const choose = (at) => {
    buttons.forEach((button, i) => {
      button.setAttribute("aria-selected", String(i === at));
      button.tabIndex = i === at ? 0 : -1;
    });
    panel.replaceChildren(list[at][1]());
  };
  choose(0);
  return h("div", null, bar, panel);
}

function copyButton(text) {
  if (!navigator.clipboard) return null;
  const button = h("button", { type: "button", class: "chip copy", onclick: () => {
    navigator.clipboard.writeText(text).then(() => { button.textContent = "Copied"; }, () => { button.textContent = "Not allowed"; });
  } }, "Copy");
  return button;
}

function contentTabs(event, find) {
  const text = event.text ?? null;
  const bytes = () => payloadBytes(event);
  const json = text !== null && event.cut === undefined ? jsonOf(text) : null;
  const list = [];
  if (json) list.push(["JSON", () => jsonTree(json.value)]);
  if (text !== null) list.push(["Text", () => h("pre", { class: "text", tabindex: "0" }, marked(text, find))]);
  list.push(["Hex", () => hexDump(bytes())]);
  return h("div", { class: "content" }, tabs("Content", list), text ? copyButton(text) : null);
}

function redactions(event) {
  const spans = event.redact ?? [];
  if (spans.length === 0) return null;
  return h("p", { class: "quiet" }, "Masked: ", spans.slice(0, 20).map((span) => `${span.var} (${formatSize(span.length)} at ${span.at})`).join(", "));
}

function content(row, find, witness) {
  const event = row.content;
  if (event.opcode === 8) {
    return [h("p", { class: "closing" }, row.text), payloadBytes(event).length > 0 ? hexDump(payloadBytes(event)) : null];
  }
  if (event.text === undefined && event.base64 === undefined) {
    return [h("p", { class: "quiet" }, witness === "frames" ? "What recorded this session did not keep it." : "It is told with the first frame of its message.")];
  }
  if ((event.text ?? event.base64) === "") return [h("p", { class: "quiet" }, "Empty.")];
  const cut = event.cut === undefined ? null : h("p", { class: "quiet" }, `The first ${formatSize(event.cut)} of ${formatSize(event.length)} are here.`);
  return [cut, contentTabs(event, find), redactions(event)];
}

function table(rows) {
  return h("dl", { class: "members" }, rows.filter(([, value]) => value !== null && value !== undefined && value !== "")
    .flatMap(([name, value]) => [h("dt", null, name), h("dd", null, value)]));
}

function frameDetails(row, session, find, go) {
  const { event, message, inflated } = row;
  const { witness } = session.run;
  const parts = [];
  if (message) {
    const state = message.valid === true ? "valid by its schema" : message.valid === false ? "not valid by its schema" : null;
    parts.push(table([["Schema", state], ["Frames", message.frames.length > 1 ? evidenceLinks(message.frames, go) : null]]));
    if (message.errors?.length) parts.push(h("ul", { class: "faults" }, message.errors.map((error) => h("li", null, error))));
  }
  parts.push(h("h3", null, "Content"), ...content(row, find, witness));
  if (message && message.frames.length > 1 && message.text && !message.compressed) {
    parts.push(h("h3", null, "The whole message"), contentTabs(message, find));
  }
  if (inflated) {
    parts.push(h("p", { class: "quiet" }, inflated.error
      ? `It could not be inflated: ${inflated.error}`
      : `Compressed: ${formatSize(event.length)} on the wire, ${formatSize(inflated.length)} inflated.`));
  }
  parts.push(...(witness === "messages" ? [h("p", { class: "quiet" }, "What recorded this session keeps messages and no frames.")]
    : [h("h3", null, "Header"), headerBytes(event, witness === "bytes")]));
  return parts;
}

function headDetails(event, find) {
  const text = (value, encoded) => value ?? (encoded ? `base64: ${encoded}` : "");
  const parts = [
    h("p", { class: "start-line" }, event.start_line ?? ""),
    h("dl", { class: "members" }, event.headers.flatMap((header) => [
      h("dt", null, text(header.name, header.name_base64)), h("dd", null, marked(text(header.value, header.value_base64), find))])),
  ];
  if (event.body_length > 0) {
    parts.push(h("h3", null, `Body, ${formatSize(event.body_length)}`), contentTabs({ text: event.body, base64: event.body_base64 }, find), redactions(event));
  }
  return parts;
}

/** Members of an event that have no words of their own, as they are. */
const PLAIN = new Set(["seq", "t_ns", "conn", "kind", "from"]);
function otherDetails(event) {
  const value = (key, it) => (key.endsWith("_ns") ? formatDuration(it) : typeof it === "object" ? jsonTree(it) : String(it));
  return [table(Object.entries(event).filter(([key, it]) => !PLAIN.has(key) && it !== null)
    .map(([key, it]) => [key.replace(/_ns$/, "").replaceAll("_", " "), value(key, it)]))];
}

function timesOf(row, session) {
  const at = session.rows.indexOf(row);
  const before = at > 0 ? session.rows[at - 1] : null;
  return [
    ["Time", `${formatTime(row.t)} s`],
    ["Clock", formatClock(session.run.header.started, row.t)],
    ["After the one before", before ? formatDuration(row.t - before.t) : null],
    ["Before the end", session.ending && session.ending !== row ? formatDuration(session.ending.t - row.t) : null],
    ["Offset in the stream", row.event.offset === undefined || session.run.witness !== "bytes" ? null : formatCount(row.event.offset)],
  ];
}

/** The details of a row. `go(seq)` goes to another. */
function detailsOf(row, session, find, go) {
  const { event } = row;
  const head = event.kind === "request" || event.kind === "response";
  return [
    h("h2", null, h("span", { class: `badge ${row.from ?? ""}` }, row.from === "client" ? "→" : row.from === "server" ? "←" : "•"),
      `#${row.seq} ${row.message?.type || row.name}`, row.size === null ? null : h("span", { class: "quiet" }, ` ${formatSize(row.size)}`)),
    row.findings.map((finding) => findingCard(finding, go)),
    ...(row.isFrame ? frameDetails(row, session, find, go)
      : head ? headDetails(event, find)
        : event.kind === "undecoded" || event.kind === "partial" ? [h("p", null, row.text), ...content(row, find, session.run.witness)]
          : otherDetails(event)),
    h("h3", null, "When"), table(timesOf(row, session)),
  ];
}
