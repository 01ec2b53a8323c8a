// The strip between a notebook's toolbar and its cells: what a check found, the receipt, or what went wrong. It can be closed.
import { element, pageLink } from "./dom.js";
import { STATES, whereOf } from "./words.js";

const LARGEST_SHARE = 0.4;

/** The strip of one notebook panel. Nothing is there until something is shown. */
export class Strip {
  /** `onLeave` is called when somebody closes it. */
  constructor(panel, { widgets }, { onLeave = () => {} } = {}) {
    this.panel = panel;
    this.onLeave = onLeave;
    this.Widget = widgets.Widget;
    this.widget = null;
    // A window that is made narrow breaks lines anew.
    this.watch = new ResizeObserver(() => this.widget && this.fit(this.widget.node.firstElementChild));
  }

  close() {
    this.watch.disconnect();
    this.widget?.dispose();
    this.widget = null;
  }

  /** Show a heading and elements below it. `urgent`: a screen reader interrupts for it. */
  show(heading, content, { urgent = false, tone = "quiet" } = {}) {
    const leave = { type: "button", class: "homeroom-close", "aria-label": "Close", click: () => this.leave() };
    const body = element("div", { class: "homeroom-body", role: urgent ? "alert" : "status" }, ...content);
    const head = element("div", { class: "homeroom-head" }, element("strong", {}, heading), element("button", leave, "×"));
    const named = { class: `homeroom-strip homeroom-${tone}`, "aria-label": `Homeroom: ${heading}`, tabindex: "-1" };
    const node = element("section", named, head, body);
    const kept = this.widget?.node.contains(document.activeElement);
    if (this.widget) this.widget.node.replaceChildren(node);
    else {
      this.widget = new this.Widget({ node: element("div", { class: "homeroom-place" }, node) });
      this.panel.contentHeader.addWidget(this.widget);
      this.watch.observe(this.panel.node);
      // Its width is known only when the header was laid out; until then lines are broken as in a narrow one.
      requestAnimationFrame(() => this.widget?.node.contains(node) && this.fit(node));
    }
    this.fit(node);
    if (kept) node.focus();
  }

  /** The header lays its widgets out by their least height, so that is what the content needs, up to a share of the panel. */
  fit(node) {
    this.widget.node.style.minHeight = "0";
    const needed = Math.min(node.scrollHeight + 2, this.panel.node.clientHeight * LARGEST_SHARE);
    this.widget.node.style.minHeight = `${Math.ceil(needed)}px`;
    this.panel.contentHeader.fit();
  }

  leave() {
    this.close();
    this.onLeave();
    this.panel.content.activate?.();
  }

  /** Something was refused or nobody answered. */
  failed(error) {
    const link = error.page ? [element("p", {}, pageLink(error.page, "Open the assignment on the portal"))] : [];
    this.show("That did not work", [element("p", {}, error.message), ...link], { urgent: true, tone: "bad" });
  }

  /** A check that is on its way. */
  waiting(check) {
    const words = check.cells_total ? `Cell ${check.cells_done} of ${check.cells_total}` : "Waiting for a free grader";
    const far = check.cells_total ? { max: check.cells_total, value: check.cells_done } : {};
    const bar = element("progress", { "aria-label": words, ...far });
    this.show("Checking …", [element("p", {}, check.sentence), element("p", { class: "homeroom-progress" }, bar, ` ${words}`)]);
  }

  /** What a check found. */
  answer(check) {
    const content = [element("p", {}, check.sentence)];
    if (check.questions.length) content.push(this.questions(check.questions));
    content.push(...this.places("It does not run from the top", check.stumbles), ...this.places("Worth a look", check.remarks));
    if (check.state === "checked") content.push(element("p", { class: "homeroom-small" }, check.about_hidden_tests));
    content.push(element("p", {}, pageLink(check.page, "See it on the portal")));
    const isFine = check.state === "checked" && !check.stumbles.length && !check.questions.some(({ state }) => state === "fails");
    this.show("What the check found", content, { tone: isFine ? "good" : "warning" });
  }

  questions(questions) {
    const rows = questions.map(({ title, grade_id, state, message }) => {
      const [word, tone] = STATES[state] ?? [state, "quiet"];
      const said = message ? element("span", { class: "homeroom-said" }, message) : null;
      return element(
        "tr",
        {},
        element("th", { scope: "row" }, title, grade_id ? element("span", { class: "homeroom-small" }, ` ${grade_id}`) : null),
        element("td", {}, element("span", { class: `homeroom-badge homeroom-${tone}` }, word)),
        element("td", {}, said),
      );
    });
    const columns = ["Question", "Result", "What it says"].map((word) => element("th", { scope: "col" }, word));
    const head = element("thead", {}, element("tr", {}, ...columns));
    return element("table", { class: "homeroom-table" }, head, element("tbody", {}, ...rows));
  }

  /** Sentences about cells; a cell of this notebook can be gone to. */
  places(heading, places) {
    if (!places.length) return [];
    return [element("p", { class: "homeroom-heading" }, heading), placeList(places, this.panel)];
  }

  /** Work was handed in. */
  receipt(receipt, words, isNew) {
    const sentence = isNew
      ? `Handed in: attempt ${receipt.attempt}, ${words}.${receipt.late ? " It counts as late." : ""}`
      : `Nothing has changed since attempt ${receipt.attempt} (${words}), so that one stands.`;
    const content = [element("p", {}, sentence), element("p", {}, pageLink(receipt.page, "Receipt"))];
    this.show(isNew ? "Handed in" : "Handed in before", content, { tone: "good" });
  }
}

/** A list of places. With a panel, the number of a cell of its notebook is a button that goes there. */
export function placeList(places, panel = null) {
  const items = places.map((place) => {
    const isHere = panel?.context.path.endsWith(`/${place.notebook}`) && place.cell && place.cell <= panel.content.widgets.length;
    const go = { type: "button", class: "homeroom-goto", click: () => goTo(panel, place.cell - 1) };
    const where = isHere ? element("button", go, whereOf(place)) : element("strong", {}, whereOf(place));
    return element("li", {}, where, ": ", element("span", { class: "homeroom-said" }, place.message));
  });
  return element("ul", { class: "homeroom-list" }, ...items);
}

async function goTo(panel, index) {
  const notebook = panel.content;
  notebook.deselectAll();
  notebook.activeCellIndex = index;
  await notebook.scrollToItem?.(index, "start");
  notebook.activate?.();
}
