// The verdict: what the block of the command line says, and behind it the evidence.

const SEVERITIES = ["error", "warning", "note"];
const MARKS = { error: "✗", warning: "!", note: "·" };

function worstOf(findings) {
  return SEVERITIES.find((severity) => findings.some((finding) => finding.severity === severity)) ?? "note";
}

/** "#12, #14": each goes to its event. `go(seq)`. */
function evidenceLinks(evidence, go) {
  const links = evidence.slice(0, 12).flatMap((seq, at) => [
    at > 0 ? " " : null,
    h("a", { href: `#${seq}`, class: "seq", onclick: (event) => { event.preventDefault(); go(seq); } }, `#${seq}`),
  ]);
  return h("span", { class: "evidence" }, links, evidence.length > 12 ? ` and ${formatCount(evidence.length - 12)} more` : null);
}

/** Text in which "#12" goes to event 12. */
function linked(text, go) {
  return text.split(/(#\d+)/).map((part, i) => (i % 2 === 0 ? part : evidenceLinks([Number(part.slice(1))], go)));
}

function findingTitle(finding) {
  const words = [finding.severity];
  if (finding.basis === "inferred") words.push(finding.confidence === "certain" ? "inferred" : `inferred, ${finding.confidence} confidence`);
  if (finding.at_fault !== "unknown") words.push(`fault: ${finding.at_fault}`);
  if (finding.count > 1) words.push(`${formatCount(finding.count)} times`);
  return words.join(" · ");
}

function findingCard(finding, go) {
  return h("article", { class: `finding-card ${finding.severity}` },
    h("h3", null, h("span", { class: `mark ${finding.severity}`, "aria-hidden": "true" }, finding.basis === "inferred" ? "≈" : MARKS[finding.severity]), finding.id),
    h("p", { class: "quiet" }, findingTitle(finding)),
    h("p", null, linked(finding.says, go)),
    finding.fix ? h("p", null, h("b", null, "Try: "), linked(finding.fix, go)) : null,
    h("p", { class: "quiet" }, "see ", evidenceLinks(finding.evidence, go), finding.citation ? `; ${finding.citation}` : null,
      "; ", h("code", null, `whydrop explain ${finding.id}`)));
}

function sentences(title, mark, lines, go) {
  if (!lines || lines.length === 0) return null;
  return h("section", { class: "sentences" }, h("h3", null, title),
    h("ul", null, lines.map((line) => h("li", null, h("span", { class: "mark", "aria-hidden": "true" }, mark), linked(line, go)))));
}

/** Rows of the short form: one label for those that follow one another. */
function shortRows(short, findings, go) {
  let label = null;
  return (short?.rows ?? []).flatMap((row) => {
    const named = row.label === label ? "" : row.label;
    label = row.label;
    const finding = row.id && findings.find((it) => it.id === row.id);
    return [
      h("dt", null, named),
      h("dd", { class: row.label }, row.mark ? h("span", { class: `mark ${finding ? finding.severity : ""}` }, row.mark) : null,
        linked(row.text, go), finding ? h("span", null, " ", evidenceLinks(finding.evidence, go)) : null),
    ];
  });
}

/** `name`: whose it is, where there are several. */
function verdictCard(verdict, short, go, name) {
  if (!verdict) {
    return h("div", { class: "card verdict none" }, name && h("p", { class: "quiet" }, name),
      h("h1", null, "No verdict: the report was written up to here only."));
  }
  const cause = verdict.findings.find((finding) => finding.id === verdict.cause);
  return h("div", { class: `card verdict ${short?.tone ?? "fine"}` },
    name && h("p", { class: "quiet" }, name),
    h("h1", null, linked(verdict.headline, go), cause && !verdict.headline.includes("#") ? h("span", { class: "cause" }, " ", evidenceLinks(cause.evidence, go)) : null),
    h("dl", { class: "short" }, shortRows(short, verdict.findings, go)),
    h("details", { class: "whole" }, h("summary", null, "The evidence"),
      h("div", { class: "columns" },
        sentences("Observed", "•", verdict.observed, go), sentences("Inferred", "≈", verdict.inferred, go),
        sentences("Unknown", "?", verdict.unknown, go), sentences("What to try next", "→", verdict.next, go))));
}

function figure(name, value, title) {
  return value ? h("div", { class: "figure", title }, h("dt", null, name), h("dd", null, value)) : null;
}

/** What can be counted of a session; `name`: of two. */
function figures(session, name) {
  const { sides, trips, owed } = session.figures;
  const of = (side) => `${formatCount(side.messages)} · ${formatSize(side.bytes)}`;
  const { rows } = session;
  const opened = rows.find((row) => row.event.kind === "response" && row.event.status === 101);
  const ending = session.ending;
  const silence = session.silences[0];
  const tls = rows.find((row) => row.event.kind === "tls")?.event;
  const headers = opened?.event.headers ?? [];
  const header = (wanted) => headers.find((it) => it.name?.toLowerCase() === wanted)?.value;
  const at = (of100) => formatDuration(trips[Math.min(trips.length - 1, Math.floor((trips.length * of100) / 100))]);
  return h("dl", { class: "figures" },
    figure("Session", name),
    figure("Started", formatClock(session.run.header.started, 0)),
    figure("Opened after", opened ? formatDuration(opened.t) : "never"),
    figure("Open for", opened && ending ? formatDuration(ending.t - opened.t) : null),
    figure("Client sent", of(sides.client), "messages and their bytes"),
    figure("Server sent", of(sides.server), "messages and their bytes"),
    figure("Longest pause", silence ? silenceWords(silence) : null),
    figure("Ping to pong", trips.length > 0 ? `${at(50)}${trips.length > 2 ? ` · ${at(95)}` : ""}` : null, trips.length > 2 ? "the median, and of 95 in 100" : "the median"),
    figure("Pongs owed", owed.client + owed.server > 0 ? `client ${owed.client} · server ${owed.server}` : null, "pings that the session's end left unanswered"),
    figure("TLS", tls && !tls.error ? tls.version : null, tls?.cipher),
    figure("Subprotocol", header("sec-websocket-protocol")),
    figure("Extensions", header("sec-websocket-extensions")),
    figure("Profile", session.run.header.profile),
    figure("Written by", session.run.header.tool));
}
