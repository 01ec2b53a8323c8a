// Our things in a notebook's toolbar: two buttons, the time left, the last receipt.
import { element, pageLink } from "./dom.js";
import { timeLeft, when } from "./words.js";

const CHECK = "Run this notebook as the grader will, with the tests you can see";
const SUBMIT = "Hand in what is in the assignment's folder";

export class Tools {
  /** `check` and `submit` are called when their button is pressed. */
  constructor(panel, { apputils, widgets }, { check, submit }) {
    const { ToolbarButton } = apputils;
    this.buttons = [
      new ToolbarButton({ label: "Check", tooltip: CHECK, onClick: check, className: "homeroom-check" }),
      new ToolbarButton({ label: "Submit", tooltip: SUBMIT, onClick: submit, className: "homeroom-submit" }),
    ];
    this.standing = new widgets.Widget({ node: element("div", { class: "homeroom-standing" }) });
    this.items = [...this.buttons, this.standing];
    const [first, second] = this.buttons;
    if (!panel.toolbar.insertBefore("spacer", "homeroom-check", first)) panel.toolbar.addItem("homeroom-check", first);
    panel.toolbar.insertAfter("homeroom-check", "homeroom-submit", second);
    // Last, so that in a narrow window it goes into the menu of what has no room before the kernel's state does.
    panel.toolbar.addItem("homeroom-standing", this.standing);
  }

  dispose() {
    this.items.forEach((item) => item.dispose());
  }

  /** Let the buttons be pressed, or not. */
  enable(enabled) {
    for (const button of this.buttons) if (!button.isDisposed) button.enabled = enabled;
  }

  /** Write the time left and the last receipt. `due` and `now` are milliseconds, `due` null where there is none. */
  show(state, due, now) {
    const left = state.unknown
      ? { text: "Homeroom does not answer", tone: "warning" }
      : timeLeft(due, now, state.takes_work);
    const title = due === null ? "" : `Due ${new Date(due).toLocaleString()}`;
    this.standing.node.replaceChildren(
      element("span", { class: `homeroom-left homeroom-${left.tone}`, title }, left.text),
      receiptOf(state, now),
    );
  }
}

function receiptOf({ receipt, unknown }, now) {
  if (receipt) {
    const link = pageLink(receipt.page, `Receipt ${receipt.attempt}`);
    link.title = `Attempt ${receipt.attempt}, handed in ${when(receipt.received_at, now)}`;
    return link;
  }
  return element("span", { class: "homeroom-small" }, unknown ? "" : "Not handed in");
}
