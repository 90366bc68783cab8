// A list of any length of which only what is in sight is in the page.

const TALLEST = 8e6; // pixels: browsers take no more than some millions
const AROUND = 5; // rows above and below that are ready

class VirtualList {
  /** `render(row, index)` makes the cells of one row; `onSelect(row, index)` is told what was chosen. */
  constructor({ label, height, columns, heading, render, onSelect, onEnter }) {
    this.height = height;
    this.render = render;
    this.onSelect = onSelect;
    this.rows = [];
    this.made = new Map(); // elements by index, of what is in the page
    this.selected = -1;
    this.spacer = h("div", { class: "spacer" });
    this.body = h("div", { class: "rows", role: "rowgroup" });
    this.scroller = h("div", {
      class: `list ${columns}`,
      role: "grid",
      tabindex: "0",
      "aria-label": label,
      onscroll: () => this.draw(),
      onkeydown: (event) => this.key(event, onEnter),
      onclick: (event) => this.click(event),
    }, heading && h("div", { class: "heading", role: "row", "aria-rowindex": "1" },
      heading.map((text) => h("span", { role: "columnheader" }, text))), this.spacer, this.body);
    this.first = heading ? 2 : 1;
    new ResizeObserver(() => this.draw()).observe(this.scroller);
  }

  setRows(rows, selected) {
    this.rows = rows;
    this.made.clear();
    this.selected = rows.indexOf(selected);
    this.scroller.setAttribute("aria-rowcount", String(rows.length + this.first - 1));
    const all = rows.length * this.height;
    this.scale = all > TALLEST ? all / TALLEST : 1;
    this.spacer.style.height = `${Math.min(all, TALLEST)}px`;
    if (this.selected >= 0) this.reveal(this.selected);
    this.draw();
  }

  select(index, { quiet } = {}) {
    if (this.rows.length === 0) return;
    this.selected = Math.max(0, Math.min(index, this.rows.length - 1));
    this.reveal(this.selected);
    this.draw();
    if (!quiet) this.onSelect(this.rows[this.selected], this.selected);
  }

  /** Pixels for rows. */
  get room() {
    return this.scroller.clientHeight - (this.first - 1) * this.height;
  }

  reveal(index) {
    const top = (index * this.height) / this.scale;
    const bottom = top + this.height;
    const { scrollTop } = this.scroller;
    if (top < scrollTop) this.scroller.scrollTop = top;
    else if (bottom > scrollTop + this.room) this.scroller.scrollTop = bottom - this.room + 1;
  }

  draw() {
    const { scrollTop } = this.scroller;
    const at = scrollTop * (this.scale ?? 1);
    const from = Math.max(0, Math.floor(at / this.height) - AROUND);
    const to = Math.min(this.rows.length, from + Math.ceil(this.room / this.height) + 2 * AROUND);
    this.body.style.transform = `translateY(${scrollTop - (at - from * this.height)}px)`;
    const made = new Map(this.rows.slice(from, to).map((row, i) => [from + i, this.made.get(from + i) ?? this.element(row, from + i)]));
    for (const [index, element] of made) element.setAttribute("aria-selected", String(index === this.selected));
    this.made = made;
    this.body.replaceChildren(...made.values());
    if (this.selected >= 0) this.scroller.setAttribute("aria-activedescendant", `row-${this.selected}`);
    else this.scroller.removeAttribute("aria-activedescendant");
  }

  element(row, index) {
    const element = this.render(row, index);
    element.setAttribute("role", "row");
    element.id = `row-${index}`;
    element.setAttribute("aria-rowindex", String(index + this.first));
    element.dataset.index = String(index);
    return element;
  }

  click(event) {
    const row = event.target.closest("[data-index]");
    if (row) this.select(Number(row.dataset.index));
  }

  key(event, onEnter) {
    const page = Math.max(1, Math.floor(this.room / this.height) - 1);
    const steps = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in steps) {
      event.preventDefault();
      this.select(this.selected + steps[event.key]);
    } else if (event.key === "Enter" && this.selected >= 0) {
      event.preventDefault();
      onEnter?.();
    }
  }
}
