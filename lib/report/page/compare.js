// Two sessions held against each other, and the checks of a run.

const PAIR_MARKS = { same: "", changed: "~", missing: "−", extra: "+" };

/** `go(side, seq)`: side 0 or 1. */
function comparisonCard(comparison, go) {
  const link = (side, seq) => (seq === null ? "–" : h("a", { href: `#${seq}`, class: "seq", onclick: (event) => { event.preventDefault(); go(side, seq); } }, `#${seq}`));
  const rows = comparison.differences.map((difference) => h("tr", { class: difference.leads ? "leads" : "" },
    h("td", null, difference.leads ? "▶" : ""), h("td", null, difference.kind),
    h("td", null, link(0, difference.seq_a)), h("td", null, link(1, difference.seq_b)), h("td", null, difference.says)));
  const more = comparison.differences.length < comparison.all ? h("p", { class: "quiet" }, `and ${counted(comparison.all - comparison.differences.length, "more difference")}`) : null;
  return h("div", { class: `card verdict ${comparison.same ? "fine" : "drop"}` },
    h("h1", null, comparison.says[0]),
    comparison.says.slice(1).map((line) => h("p", null, line)),
    comparison.differences.length === 0 ? null : h("table", { class: "differences" },
      h("thead", null, h("tr", null, ["", "what", comparison.a, comparison.b, "how"].map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", null, rows)),
    more, h("p", { class: "quiet" }, comparison.counts));
}

function pairSide(row) {
  if (!row) return h("span", { role: "gridcell", class: "half" });
  return h("span", { role: "gridcell", class: `half ${row.from ?? ""}` }, h("span", { class: "seq" }, `#${row.seq}`),
    h("span", { class: "arrow", "aria-label": row.from }, row.from === "client" ? "→" : "←"), h("span", { class: "words" }, row.line));
}

/** One line of the two, side by side. `sessions`: both. */
function pairRow(pair, sessions) {
  return h("div", { class: `pair ${pair.mark}` },
    h("span", { role: "gridcell", class: "mark", "aria-label": pair.mark }, PAIR_MARKS[pair.mark]),
    pairSide(sessions[0]?.at(pair.seq_a)), pairSide(sessions[1]?.at(pair.seq_b)));
}

const STATUS_MARKS = { passed: "✓", failed: "✗", error: "✗", skipped: "–" };

/** All checks, those that failed first. `open(check)` shows the session of one. */
function checksCard(checks, open) {
  const count = (status) => checks.filter((check) => check.status === status).length;
  const words = Object.keys(STATUS_MARKS).filter((status) => count(status) > 0).map((status) => `${formatCount(count(status))} ${status}`);
  const sorted = [...checks].sort((a, b) => (a.exit_code === 0) - (b.exit_code === 0));
  return h("div", { class: `card verdict ${checks.some((check) => check.exit_code !== 0) ? "drop" : "fine"}` },
    h("h1", null, `${counted(checks.length, "check")}: ${words.join(", ")}`),
    h("ul", { class: "checks" }, sorted.map((check) => h("li", { class: check.status },
      h("span", { class: "mark", "aria-label": check.status }, STATUS_MARKS[check.status]),
      check.run ? h("button", { type: "button", class: "link", onclick: () => open(check) }, check.name) : h("span", null, check.name),
      h("span", { class: "quiet" }, ` ${formatDuration(check.duration_ms * NS.ms)}${check.attempts > 1 ? `, attempt ${check.attempts}` : ""}`),
      check.status === "passed" ? null : h("p", null, check.step ? `${check.step}: ` : "", check.says ?? "")))));
}
