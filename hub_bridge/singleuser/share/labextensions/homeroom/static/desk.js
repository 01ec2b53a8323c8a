// What one notebook panel has of us: two buttons, the time left, the last receipt, and what the buttons do.
import { element, pageLink } from "./dom.js";
import { Strip, placeList } from "./strip.js";
import { inAssignment, mayBelong, timeLeft, untilChange, when } from "./words.js";

const ASK_AGAIN = 1000;
const REFRESH = 300_000;
const LONGEST_WAIT = 330_000;
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

export class Desk {
  /** `lab`: the application's modules. `others()`: the other open notebook panels. */
  constructor(panel, portal, lab, others) {
    Object.assign(this, { panel, portal, lab, others });
    this.strip = new Strip(panel, lab);
    this.state = null;
    this.offset = 0;
    this.items = [];
    this.timers = [];
    this.busy = false;
    this.asked = 0;
    panel.context.pathChanged.connect(() => this.refresh());
    this.onVisible = () => { if (!document.hidden && Date.now() - this.asked > REFRESH / 5) this.refresh(); };
    document.addEventListener("visibilitychange", this.onVisible);
    panel.disposed.connect(() => this.dispose());
  }

  get path() {
    return this.lab.localPath(this.panel.context.path);
  }

  /** Whether this notebook can be checked and handed in. */
  get belongs() {
    return this.state !== null && !this.panel.isDisposed;
  }

  get now() {
    return Date.now() + this.offset;
  }

  dispose() {
    document.removeEventListener("visibilitychange", this.onVisible);
    this.timers.forEach(clearTimeout);
    this.timers = [];
  }

  /** Ask where the student stands and show it. Nobody to ask is no reason to disturb: what is known stays. */
  async refresh() {
    if (this.panel.isDisposed) return;
    this.asked = Date.now();
    if (!mayBelong(this.path)) return this.take(null);
    try {
      this.take(await this.portal.state(this.path));
    } catch (error) {
      if (!this.state && error.page) this.take(this.unknown(error.page));
    }
  }

  /** The portal does not answer and may know this notebook: the buttons are there and say so when they are pressed. */
  unknown(page) {
    return { title: "", page, due_at: null, takes_work: true, receipt: null, notebooks: [inAssignment(this.path)], now: new Date().toISOString(), unknown: true };
  }

  take(state) {
    const mine = state && state.notebooks.includes(inAssignment(this.path));
    this.state = mine ? state : null;
    if (mine) this.offset = Date.parse(state.now) - Date.now();
    this.place();
    this.tick();
  }

  /** Put our things into the toolbar, or take them out. */
  place() {
    if (this.belongs && !this.items.length) {
      const { ToolbarButton } = this.lab.apputils;
      this.checkButton = new ToolbarButton({ label: "Check", tooltip: "Run this notebook as the grader will, with the tests you can see", onClick: () => this.check(), className: "homeroom-check" });
      this.submitButton = new ToolbarButton({ label: "Submit", tooltip: "Hand in what is in the assignment's folder", onClick: () => this.submit(), className: "homeroom-submit" });
      this.standing = new this.lab.widgets.Widget({ node: element("div", { class: "homeroom-standing" }) });
      this.items = [["homeroom-check", this.checkButton], ["homeroom-submit", this.submitButton], ["homeroom-standing", this.standing]];
      for (const [name, item] of this.items) {
        if (!this.panel.toolbar.insertBefore("spacer", name, item)) this.panel.toolbar.addItem(name, item);
      }
    } else if (!this.belongs && this.items.length) {
      this.items.forEach(([, item]) => item.dispose());
      this.items = [];
      this.strip.close();
    }
  }

  /** Write the time left and the receipt, and come again when the words change. */
  tick() {
    this.timers.forEach(clearTimeout);
    this.timers = [];
    if (!this.belongs) return;
    const due = this.state.due_at === null ? null : Date.parse(this.state.due_at);
    const left = this.state.unknown ? { text: "Homeroom does not answer", tone: "warning" } : timeLeft(due, this.now, this.state.takes_work);
    const receipt = this.state.receipt;
    const title = due === null ? "" : `Due ${new Date(due).toLocaleString()}`;
    this.standing.node.replaceChildren(
      element("span", { class: `homeroom-left homeroom-${left.tone}`, title }, left.text),
      receipt ? pageLink(receipt.page, `Receipt ${receipt.attempt}, ${when(receipt.received_at, this.now)}`) : element("span", { class: "homeroom-small" }, "Not handed in"),
    );
    this.timers.push(setTimeout(() => this.tick(), untilChange(due, this.now)));
    const wait = Math.max(1000, REFRESH - (Date.now() - this.asked));
    this.timers.push(setTimeout(() => { if (!document.hidden) this.refresh(); }, wait));
  }

  /** One deed at a time; what goes wrong is said in the strip. */
  async doing(deed) {
    if (this.busy || !this.belongs) return;
    this.busy = true;
    for (const button of [this.checkButton, this.submitButton]) button.enabled = false;
    try {
      await deed();
    } catch (error) {
      if (!this.panel.isDisposed) this.strip.failed(error);
    } finally {
      this.busy = false;
      for (const button of [this.checkButton, this.submitButton]) if (!button.isDisposed) button.enabled = true;
    }
    await this.refresh();
  }

  check() {
    return this.doing(async () => {
      this.strip.show("Checking …", [element("p", {}, "Saving your notebook …")]);
      const unsaved = await this.saveAll();
      if (unsaved) throw new Error(`${unsaved} Nothing was checked, because what is saved is not what you see.`);
      let check = await this.portal.post("check", this.path);
      const until = Date.now() + LONGEST_WAIT;
      while (check.state === "waiting" && Date.now() < until && !this.panel.isDisposed) {
        this.strip.waiting(check);
        await pause(ASK_AGAIN);
        check = await this.portal.get(`checks/${check.id}`, this.path);
      }
      if (!this.panel.isDisposed) this.strip.answer(check);
    });
  }

  submit() {
    return this.doing(async () => {
      const unsaved = await this.saveAll();
      const { places } = await this.portal.post("look", this.path);
      if (!(await this.agreed(unsaved, places))) return;
      const { receipt, new: isNew } = await this.portal.post("submit", this.path);
      this.strip.receipt(receipt, when(receipt.received_at, this.now), isNew);
    });
  }

  /** Ask whether to hand in, with what looks forgotten. */
  async agreed(unsaved, places) {
    const { Dialog, showDialog } = this.lab.apputils;
    const due = this.state.due_at === null ? null : Date.parse(this.state.due_at);
    const late = due !== null && due < this.now ? "The due time has passed: this attempt will be marked as late." : "";
    const words = places.length || unsaved ? "Some things look as if you had not meant them:" : "Your newest attempt counts. You may hand in again.";
    const node = element(
      "div",
      { class: "homeroom-dialog" },
      late ? element("p", {}, late) : null,
      unsaved ? element("p", { role: "alert" }, `${unsaved} What you saved last is handed in.`) : null,
      element("p", {}, words),
      places.length ? placeList(places) : null,
    );
    const label = places.length || unsaved ? "Hand in anyway" : "Hand in";
    const title = this.state.title ? `Hand in “${this.state.title}”?` : "Hand in?";
    const body = new this.lab.widgets.Widget({ node });
    const result = await showDialog({ title, body, buttons: [Dialog.cancelButton(), Dialog.okButton({ label })], focusNodeSelector: ".jp-mod-accept" });
    return result.button.accept;
  }

  /** Save what is open of this assignment; a sentence where that fails, else nothing. */
  async saveAll() {
    const folder = this.path.split("/").slice(0, 2).join("/");
    const open = [this.panel, ...this.others().filter((panel) => this.lab.localPath(panel.context.path).startsWith(`${folder}/`))];
    for (const { context } of open) {
      if (!context.model.dirty) continue;
      try {
        await context.save();
      } catch (error) {
        return `${context.path.split("/").at(-1)} could not be saved (${error.message}).`;
      }
      if (context.model.dirty) return `${context.path.split("/").at(-1)} could not be saved.`;
    }
    return "";
  }
}
