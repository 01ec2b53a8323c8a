// What a seminar's guest has in a notebook panel: Check and a hand in the toolbar, what the teacher announces above the cells.
import { element } from "./dom.js";
import { Strip } from "./strip.js";
import { announcementKey, seminarLeft } from "./words.js";

const CHECK = "Run this notebook from the top, with the tests you can see";
const UP = "Show the teacher that you need help";
const DOWN = "Tell the teacher that you need no help any more";
const PUT_AWAY = "homeroom:announcement";

/** When to ask anew, in milliseconds: a room of guests does not ask all at once. */
export const seatRest = () => 12_000 + Math.random() * 6_000;

/** The same deeds as Tools of toolbar.js, for a guest. */
export class SeatTools {
  /** `check` and `hand` are called when their button is pressed. */
  constructor(panel, lab, { check, hand }) {
    const { ToolbarButton } = lab.apputils;
    this.panel = panel;
    this.ToolbarButton = ToolbarButton;
    this.press = hand;
    this.up = null;
    this.hand = null;
    this.enabled = true;
    this.check = new ToolbarButton({ label: "Check", tooltip: CHECK, onClick: check, className: "homeroom-check" });
    this.standing = new lab.widgets.Widget({ node: element("div", { class: "homeroom-standing" }) });
    if (!panel.toolbar.insertBefore("spacer", "homeroom-check", this.check)) panel.toolbar.addItem("homeroom-check", this.check);
    panel.toolbar.addItem("homeroom-standing", this.standing);
    this.banner = new Banner(panel, lab);
  }

  dispose() {
    [this.check, this.hand, this.standing].forEach((item) => item?.dispose());
    this.banner.close();
  }

  /** Let the buttons be pressed, or not. */
  enable(enabled) {
    this.enabled = enabled;
    for (const button of [this.check, this.hand]) if (button && !button.isDisposed) button.enabled = enabled;
  }

  /** Write the time left, show the hand and the announcement. `ends` and `now` are milliseconds. */
  show(state, ends, now) {
    const left = seminarLeft(ends, now);
    const title = `Ends ${new Date(ends).toLocaleTimeString()}`;
    this.standing.node.replaceChildren(element("span", { class: `homeroom-left homeroom-${left.tone}`, title }, left.text));
    this.showHand(state.hand);
    this.banner.show(state, left.text);
  }

  /** A button's words cannot be changed, so that another takes its place. */
  showHand(up) {
    if (this.up === up && this.hand) return;
    const hadFocus = this.hand?.node.contains(document.activeElement);
    this.hand?.dispose();
    this.up = up;
    this.hand = new this.ToolbarButton({
      label: up ? "Take hand down" : "Raise hand",
      tooltip: up ? DOWN : UP,
      onClick: this.press,
      className: "homeroom-hand",
      enabled: this.enabled,
    });
    this.panel.toolbar.insertAfter("homeroom-check", "homeroom-hand", this.hand);
    if (hadFocus) requestAnimationFrame(() => this.hand?.node.querySelector("button, jp-button")?.focus());
  }
}

/** What the teacher announces. Put away, it stays away in this browser tab; a new one is shown again. */
class Banner {
  constructor(panel, lab) {
    this.strip = new Strip(panel, lab, { onLeave: () => sessionStorage.setItem(PUT_AWAY, this.shown) });
    this.shown = "";
    this.left = null;
  }

  close() {
    this.strip.close();
    this.shown = "";
  }

  show(state, left) {
    const key = announcementKey(state);
    if (!key || sessionStorage.getItem(PUT_AWAY) === key) {
      if (this.shown) this.close();
      return;
    }
    if (this.shown !== key) {
      this.shown = key;
      this.left = element("p", { class: "homeroom-small", "aria-live": "off" });
      const said = element("p", { class: "homeroom-announcement" }, state.announcement);
      this.strip.show("From your teacher", [said, this.left], { urgent: true });
    }
    this.left.textContent = left;
  }
}
