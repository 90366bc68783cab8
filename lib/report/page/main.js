// The page: what is shown of the report, and what a person does with it.

const ROW = 28;
const STEP = 40; // a row of the sequence
const MOST_PRINTED = 500;

const page = {
  report: null,
  session: null,
  filter: new Filter(),
  view: "frames",
  selected: null, // a Row
  rows: [], // of the session, as the filter has them
  timelines: [],
  list: null,
};

// ---- what is shown of a row

function findingBadge(row) {
  if (row.findings.length === 0) return null;
  const worst = worstOf(row.findings);
  return h("span", { class: `mark ${worst}`, title: row.findings.map((finding) => finding.says).join("\n") }, MARKS[worst], h("span", { class: "sr" }, ` ${counted(row.findings.length, "finding")}`));
}

function arrow(row) {
  const words = { client: "from the client", server: "from the server" }[row.from];
  return h("span", { role: "gridcell", class: `arrow ${row.from ?? ""}`, "aria-label": words ?? "neither side" }, row.from === "client" ? "→" : row.from === "server" ? "←" : "•");
}

function frameRow(row) {
  const before = row.index > 0 ? page.session.rows[row.index - 1] : null;
  const delta = before ? row.t - before.t : 0;
  const name = row.message?.type || row.name;
  return h("div", { class: `row ${row.group} ${row.findings.length > 0 ? worstOf(row.findings) : ""}` },
    h("span", { role: "gridcell", class: "number" }, String(row.seq)),
    h("span", { role: "gridcell", class: "number" }, formatTime(row.t)),
    h("span", { role: "gridcell", class: `number ${delta >= NS.s ? "long" : "quiet"}` }, delta >= 1e6 ? `+${formatDuration(delta)}` : ""),
    arrow(row),
    h("span", { role: "gridcell", class: "kind", title: name }, name),
    h("span", { role: "gridcell", class: "number" }, row.size === null ? "" : formatSize(row.size)),
    h("span", { role: "gridcell", class: "words" }, findingBadge(row), marked(row.line, page.filter.find)));
}

function sequenceRow(item) {
  if (item.gap) {
    return h("div", { class: "step gap" }, h("span", { role: "gridcell" }), h("span", { role: "gridcell", class: "lanes" }, h("span", { class: "pause" }, silenceWords(item.gap))));
  }
  const { row } = item;
  return h("div", { class: `step ${row.group} ${row.from ?? "neither"}` },
    h("span", { role: "gridcell", class: "number" }, formatTime(row.t)),
    h("span", { role: "gridcell", class: "lanes" },
      h("span", { class: "label" }, findingBadge(row), h("b", null, row.message?.type || row.name), " ", marked(row.line.slice(0, 160), page.filter.find)),
      row.from ? h("span", { class: "shaft", "aria-label": row.from === "client" ? "client to server" : "server to client" }) : null));
}

/** Rows with the silences between them. */
function steps(rows) {
  const gaps = new Map(page.session.silences.map((gap) => [gap.from, gap]));
  return rows.flatMap((row) => {
    const gap = row.group === "connection" && row.event.kind !== "response" ? null : gaps.get(row.t);
    gaps.delete(gap?.from);
    return gap ? [{ row }, { gap }] : [{ row }];
  });
}

// ---- views

const VIEWS = {
  pairs: {
    name: () => "Side by side",
    there: () => page.report.comparison !== null,
    make: () => {
      const { comparison } = page.report;
      const list = new VirtualList({
        label: "Messages of both sessions", height: ROW, columns: "pairs", heading: ["", comparison.a, comparison.b],
        render: (pair) => pairRow(pair, compared()), onSelect: selectPair, onEnter: toDetails,
      });
      return { element: list.scroller, list, rows: () => comparison.pairs, unit: "message" };
    },
  },
  frames: {
    name: () => "Frames",
    there: () => true,
    make: () => {
      const list = new VirtualList({
        label: "Events", height: ROW, columns: "frames", heading: ["#", "Time, s", "Δ", "", "Kind", "Size", "Content"],
        render: frameRow, onSelect: (row) => select(row, { from: "list" }), onEnter: toDetails,
      });
      return { element: list.scroller, list, rows: () => page.rows, unit: "event" };
    },
  },
  sequence: {
    name: () => "Sequence",
    there: () => true,
    make: () => {
      const list = new VirtualList({
        label: "Sequence of messages", height: STEP, columns: "sequence", heading: ["Time, s", "client", "server"],
        render: sequenceRow, onSelect: (item) => item.row && select(item.row, { from: "list" }), onEnter: toDetails,
      });
      let items = [];
      return { element: list.scroller, list, rows: () => (items = steps(page.rows)), find: (row) => items.find((item) => item.row === row), unit: "event" };
    },
  },
  findings: {
    name: () => `Findings (${page.session.findings.length})`,
    there: () => true,
    make: () => ({ element: h("div", { class: "findings", tabindex: "0" }, page.session.findings.length === 0
      ? h("p", { class: "quiet" }, "None.") : page.session.findings.map((finding) => findingCard(finding, goTo))) }),
  },
};

function compared() {
  const first = (run) => {
    const sessions = [...(run?.sessions.values() ?? [])];
    return sessions.find((session) => session.rows.some((row) => row.event.kind === "response" && row.event.status === 101)) ?? sessions[0];
  };
  return page.report.sides.map(first);
}

function showTabs() {
  const there = Object.keys(VIEWS).filter((view) => VIEWS[view].there());
  byId("tabs").replaceChildren(...there.map((view) => h("button", {
    type: "button", role: "tab", id: `tab-${view}`, "aria-selected": String(view === page.view), "aria-controls": "view",
    tabindex: view === page.view ? "0" : "-1", onclick: () => showView(view),
    onkeydown: (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      const next = there[(there.indexOf(view) + by + there.length) % there.length];
      showView(next);
      byId(`tab-${next}`).focus();
    },
  }, VIEWS[view].name())));
  byId("view").setAttribute("aria-labelledby", `tab-${page.view}`);
}

function showView(view) {
  page.view = view;
  page.shown = VIEWS[view].make();
  page.list = page.shown.list ?? null;
  byId("view").replaceChildren(page.shown.element);
  byId("filters").hidden = view === "findings" || view === "pairs";
  showTabs();
  showRows();
}

function itemOf(row) {
  return page.shown.find ? page.shown.find(row) : row;
}

/** The rows that the filter leaves, in the view and as a number. */
function showRows() {
  const { filter, session } = page;
  page.rows = filter.rows(session);
  const rows = page.shown.rows?.() ?? [];
  page.list?.setRows(rows, page.view === "pairs" ? null : itemOf(page.selected));
  const all = session.rows.length;
  byId("count").textContent = page.view === "pairs" ? counted(rows.length, "line")
    : page.view === "findings" ? ""
      : filter.broken ? "this is no regular expression"
        : page.rows.length === all ? counted(all, "event") : `${formatCount(page.rows.length)} of ${counted(all, "event")}`;
  byId("search").setAttribute("aria-invalid", String(filter.broken));
}

// ---- filters

function showFilters() {
  const { filter } = page;
  const changed = (set) => () => {
    set();
    showFilters();
    showRows();
  };
  byId("sides").replaceChildren(...[[null, "Both"], ["client", "Client"], ["server", "Server"]].map(([side, words]) =>
    toggle(words, filter.side === side, changed(() => { filter.side = side; }))));
  byId("groups").replaceChildren(...Object.entries(GROUPS).map(([group, words]) =>
    toggle(words, filter.groups.has(group), changed(() => { if (!filter.groups.delete(group)) filter.groups.add(group); }))),
  toggle("With findings", filter.findingsOnly, changed(() => { filter.findingsOnly = !filter.findingsOnly; })));
  const range = byId("range");
  range.hidden = byId("zoom").hidden = filter.range === null;
  if (filter.range) {
    range.textContent = `${formatDuration(filter.range[0])} – ${formatDuration(filter.range[1])} ✕`;
    range.setAttribute("aria-label", `Only from ${formatDuration(filter.range[0])} to ${formatDuration(filter.range[1])}: take it back`);
  }
}

function pickRange(range, zoomed = false) {
  page.filter.range = range;
  byId("zoom").setAttribute("aria-pressed", String(zoomed));
  for (const timeline of page.timelines) timeline.setRange(range, zoomed);
  showFilters();
  showRows();
}

// ---- one event

function showDetails(...parts) {
  byId("details").replaceChildren(...parts.flat(2).filter(Boolean));
  byId("details").scrollTop = 0;
}

function select(row, { from } = {}) {
  if (!row) return;
  page.selected = row;
  showDetails(detailsOf(row, page.session, page.filter.find, goTo));
  page.timelines.find((timeline) => timeline.session === page.session)?.setCursor(row);
  setHash(`#${page.report.sessions.length > 1 ? `${page.report.sessions.indexOf(page.session) + 1}.` : ""}${row.seq}`);
  if (from === "list") return;
  if (page.view === "findings" || page.view === "pairs") showView("frames");
  if (!page.rows.includes(row)) clearFilter();
  page.list.select(page.shown.rows().indexOf(itemOf(row)), { quiet: true });
}

function selectPair(pair) {
  const sessions = compared();
  const sides = [sessions[0]?.at(pair.seq_a), sessions[1]?.at(pair.seq_b)];
  sides.forEach((row, i) => page.timelines[i]?.setCursor(row ?? null));
  showDetails(sides.map((row, i) => row && h("section", { class: "one-of-two" }, h("p", { class: "quiet" }, page.report.comparison[i === 0 ? "a" : "b"]),
    detailsOf(row, sessions[i], null, (seq) => goToOf(sessions[i], seq)).flat())));
}

function clearFilter() {
  page.filter = new Filter();
  byId("search").value = "";
  pickRange(null);
}

/** To an event of the session, wherever the person is. */
function goTo(seq) {
  const row = page.session.at(seq);
  if (!row) return;
  select(row);
  byId("workbench").scrollIntoView({ block: "start" });
  page.list.scroller.focus({ preventScroll: true });
}

function goToOf(session, seq) {
  if (session && session !== page.session) showSession(session);
  goTo(seq);
}

function toDetails() {
  byId("details").focus();
}

function toFinding(by) {
  const rows = page.session.rows.filter((row) => row.findings.length > 0);
  if (rows.length === 0) return;
  const at = page.selected ? page.selected.seq : by > 0 ? -1 : Infinity;
  const next = by > 0 ? rows.find((row) => row.seq > at) ?? rows[0] : rows.findLast((row) => row.seq < at) ?? rows.at(-1);
  goTo(next.seq);
}

// ---- a session

function nameOf(session) {
  const check = session.run.check ? `${session.run.check.name}: ` : "";
  const how = session.ending ? session.ending.event.how.replaceAll("_", " ") : "no end";
  const code = session.verdict?.code ? ` ${session.verdict.code}` : "";
  const side = page.report.comparison ? `${page.report.comparison[session.run === page.report.sides[0] ? "a" : "b"]}: ` : "";
  return `${check}${side}${session.conn}: ${session.open?.url ?? "?"} –${code} ${how}`;
}

function timelineOf(session, name, span, zero) {
  const timeline = new Timeline({
    name,
    select: (row) => {
      if (session !== page.session) showSession(session);
      select(row);
    },
    pick: (range) => pickRange(range),
  });
  timeline.setSession(session, span, zero);
  return timeline;
}

/** Both on one scale, where there are two. */
function showTimelines() {
  const { comparison } = page.report;
  const sessions = comparison ? compared().filter(Boolean) : [page.session];
  const longest = Math.max(...sessions.map((session) => session.span[1] - session.span[0]));
  page.timelines = sessions.map((session, i) =>
    timelineOf(session, comparison ? comparison[i === 0 ? "a" : "b"] : null, [session.span[0], session.span[0] + longest], comparison ? session.span[0] : 0));
  show(byId("timelines"), page.timelines.map((timeline) => timeline.element));
}

function showVerdicts() {
  const { comparison } = page.report;
  if (comparison) {
    show(byId("compared"), comparisonCard(comparison, (side, seq) => goToOf(compared()[side], seq)));
    show(byId("verdict"), h("div", { class: "two" }, compared().map((session, i) =>
      session && verdictCard(session.verdict, session.short, (seq) => goToOf(session, seq), comparison[i === 0 ? "a" : "b"]))));
    return;
  }
  const { run } = page.session;
  const several = run.sessions.size > 1 && run.verdict;
  show(byId("verdict"), several && h("div", { class: "run" }, verdictCard(run.verdict, run.short, (seq) => goToOf(holderOf(run, seq), seq), `All ${counted(run.sessions.size, "connection")} of the run`)),
    verdictCard(page.session.verdict, page.session.short, goTo, several && `Connection ${page.session.conn}`));
}

/** The session of a run that has this event. */
function holderOf(run, seq) {
  return [...run.sessions.values()].find((session) => session.at(seq));
}

function showSession(session) {
  page.session = session;
  page.selected = null;
  page.filter = new Filter();
  byId("search").value = "";
  session.rows.forEach((row, i) => { row.index = i; });
  byId("session").value = String(page.report.sessions.indexOf(session));
  const url = session.open?.url ?? "";
  byId("where").textContent = visible(url);
  document.title = `${session.verdict?.headline ?? "whydrop report"} – ${url}`;
  showVerdicts();
  const sessions = page.report.comparison ? compared().filter(Boolean) : [session];
  show(byId("facts"), sessions.map((it, i) => figures(it, page.report.comparison?.[i === 0 ? "a" : "b"])));
  showTimelines();
  showFilters();
  showView(page.view);
  const left = session.run.leftOut;
  byId("notice").hidden = left === 0 && page.report.unread === 0;
  byId("notice").textContent = [
    left > 0 ? `${counted(left, "event")} in the middle of the session ${left === 1 ? "is" : "are"} not in this report: it would be too large to open. A capture holds all of them.` : "",
    page.report.unread > 0 ? `${counted(page.report.unread, "line")} of this report could not be read.` : "",
  ].filter(Boolean).join(" ");
  showDetails(h("p", { class: "quiet empty" }, "Choose an event to see its bytes."));
  const shown = session.verdict?.findings.find((finding) => finding.id === session.verdict.cause)?.evidence ?? [];
  const first = shown.map((seq) => session.at(seq)).findLast((row) => row?.isFrame) ?? session.ending ?? session.rows[0];
  if (first && page.view !== "pairs" && page.view !== "findings") select(first);
}

// ---- the page as a whole

const THEMES = ["auto", "light", "dark"];
function setTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  byId("theme").textContent = `Theme: ${theme}`;
  page.theme = theme;
}

function onKey(event) {
  const writing = event.target.closest?.("input, select, textarea");
  if (event.key === "Escape") {
    if (writing || page.filter.words !== "") {
      clearFilter();
      showFilters();
    }
    page.list?.scroller.focus();
    return;
  }
  if (writing || event.ctrlKey || event.metaKey || event.altKey) return;
  const views = Object.keys(VIEWS).filter((view) => VIEWS[view].there());
  const acts = {
    "/": () => byId("search").focus(),
    "?": () => byId("help").showModal(),
    n: () => toFinding(1),
    p: () => toFinding(-1),
    j: () => step(1),
    k: () => step(-1),
  };
  const view = views[Number(event.key) - 1];
  const act = acts[event.key] ?? (view && (() => showView(view)));
  if (!act || event.defaultPrevented) return;
  event.preventDefault();
  act();
}

/** Where the list has not the focus, its keys work as well. */
function step(by) {
  page.list?.select(page.list.selected + by);
}

/** On paper a list is as long as it is, up to a bound. */
function fillPrinted() {
  for (const details of document.querySelectorAll("details.whole")) details.open = true;
  const rows = page.rows.slice(0, MOST_PRINTED);
  const line = (row) => h("tr", null, h("td", null, String(row.seq)), h("td", null, formatTime(row.t)), h("td", null, row.from === "client" ? "→" : row.from === "server" ? "←" : ""),
    h("td", null, row.message?.type || row.name), h("td", null, row.size === null ? "" : formatSize(row.size)), h("td", null, row.line.slice(0, 200)));
  show(byId("printed"), h("table", null, h("thead", null, h("tr", null, ["#", "Time, s", "", "Kind", "Size", "Content"].map((name) => h("th", null, name)))), h("tbody", null, rows.map(line))),
    page.rows.length > rows.length ? h("p", null, `and ${counted(page.rows.length - rows.length, "more event")}`) : null);
}

function listen() {
  let waiting = 0;
  byId("search").addEventListener("input", (event) => {
    page.filter.words = event.target.value;
    clearTimeout(waiting);
    waiting = setTimeout(showRows, page.session.rows.length > 20000 ? 150 : 0);
  });
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("range").addEventListener("click", () => pickRange(null));
  byId("zoom").addEventListener("click", () => pickRange(page.filter.range, byId("zoom").getAttribute("aria-pressed") !== "true"));
  byId("theme").addEventListener("click", () => setTheme(THEMES[(THEMES.indexOf(page.theme) + 1) % THEMES.length]));
  byId("keys").addEventListener("click", () => byId("help").showModal());
  byId("session").addEventListener("change", (event) => showSession(page.report.sessions[Number(event.target.value)]));
  document.addEventListener("keydown", onKey);
  window.addEventListener("beforeprint", fillPrinted);
  window.addEventListener("hashchange", fromHash);
}

/** The address that opens the page at the same event. Safari refuses more than a hundred changes in half a minute. */
function setHash(hash) {
  try {
    history.replaceState(null, "", hash);
  } catch {
    // The address stays that of another event, and all else goes on.
  }
}

/** "#12" is event 12, "#2.12" that of the second session. */
function fromHash() {
  const given = /^#(?:(\d+)\.)?(\d+)$/.exec(location.hash);
  const session = given && (given[1] ? page.report.sessions[Number(given[1]) - 1] : page.session);
  if (session) goToOf(session, Number(given[2]));
}

function start() {
  byId("unscripted").remove();
  const report = readReport(byId("data").textContent);
  page.report = report;
  setTheme("auto");
  if (report.checks.length > 0) {
    show(byId("checks"), checksCard(report.checks, (check) => {
      showSession([...check.run.sessions.values()].at(-1));
      byId("verdict").scrollIntoView();
    }));
  }
  if (report.sessions.length === 0) {
    document.title = "whydrop report";
    byId("workbench").hidden = true;
    if (report.checks.length === 0) show(byId("verdict"), verdictCard(null));
    return;
  }
  if (report.comparison) page.view = "pairs";
  byId("chooser").hidden = report.sessions.length < 2;
  page.session = report.sessions[0];
  byId("session").append(...report.sessions.map((session, i) => h("option", { value: String(i) }, nameOf(session))));
  listen();
  const asked = location.hash;
  showSession(report.sessions.find((session) => session.open?.role === "websocket") ?? report.sessions[0]);
  if (asked.length > 1) {
    setHash(asked);
    fromHash();
  }
}

document.addEventListener("DOMContentLoaded", start);
