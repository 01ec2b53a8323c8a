// What one notebook panel has of us, and what its buttons do.
import { element } from "./dom.js";
import { OnDisk } from "./ondisk.js";
import { askToHandIn } from "./question.js";
import { saveAll } from "./saving.js";
import { Strip } from "./strip.js";
import { Tools } from "./toolbar.js";
import { SeatTools, seatRest } from "./seat.js";
import { mayBelong, untilChange, when, within } from "./words.js";

const ASK_AGAIN = 1000;
const REFRESH = 300_000;
const LEAST_REST = 60_000;
const SEAT_REST = 2_000;
const LONGEST_WAIT = 330_000;
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

export class Desk {
  /** `lab`: the application's modules. `others()`: the other open notebook panels. */
  constructor(panel, portal, lab, others) {
    Object.assign(this, { panel, portal, lab, others });
    this.strip = new Strip(panel, lab);
    this.state = null;
    this.tools = null;
    this.offset = 0;
    this.asked = 0;
    this.timers = [];
    this.busy = false;
    this.onDisk = new OnDisk(this);
    panel.context.pathChanged.connect(() => this.refresh());
    const look = () => {
      if (!document.hidden && Date.now() - this.asked > (this.isSeat ? SEAT_REST : LEAST_REST)) this.refresh();
    };
    document.addEventListener("visibilitychange", look);
    panel.disposed.connect(() => {
      document.removeEventListener("visibilitychange", look);
      this.stopClock();
    });
  }

  get path() {
    return this.lab.localPath(this.panel.context.path);
  }

  /** Whether this notebook can be checked and handed in. */
  get belongs() {
    return this.state !== null && !this.panel.isDisposed;
  }

  /** The portal's clock, in milliseconds. */
  get now() {
    return Date.now() + this.offset;
  }

  get due() {
    return this.state.due_at === null ? null : Date.parse(this.state.due_at);
  }

  /** Ask where the student stands and show it. Where nobody answers, what is known stays. */
  async refresh() {
    if (this.panel.isDisposed) return;
    this.asked = Date.now();
    if (!mayBelong(this.path)) {
      this.take(null);
      return;
    }
    try {
      this.take(await this.portal.state(this.path));
    } catch (error) {
      if (!this.state && error.page && error.folder) this.take(this.unknown(error));
      else this.tick();
    }
  }

  /** The portal does not answer and may know this notebook: the buttons are there, and say so when they are pressed. */
  unknown({ page, folder }) {
    const nothing = { title: "", due_at: null, takes_work: true, receipt: null, now: new Date().toISOString() };
    return { ...nothing, page, folder, notebooks: [within(this.path, folder)], unknown: true };
  }

  take(state) {
    this.state = state?.notebooks.includes(within(this.path, state.folder)) ? state : null;
    if (this.state) this.offset = Date.parse(state.now) - Date.now();
    if (this.belongs) {
      this.tools ??= this.makeTools();
    } else {
      this.tools?.dispose();
      this.tools = null;
      this.strip.close();
      this.onDisk.close();
    }
    this.tick();
  }

  /** Whether this is a seat of a seminar: nothing is handed in, and what the teacher announces should be seen soon. */
  get isSeat() {
    return this.state?.seat === true;
  }

  makeTools() {
    const check = () => this.check();
    if (this.isSeat) return new SeatTools(this.panel, this.lab, { check, hand: () => this.hand() });
    return new Tools(this.panel, this.lab, { check, submit: () => this.submit() });
  }

  /** Write the time left, and come again when the words change and when it is time to ask anew. */
  tick() {
    this.stopClock();
    if (!this.belongs) return;
    this.tools.show(this.state, this.due, this.now);
    const rest = this.isSeat ? seatRest() : REFRESH;
    this.timers.push(setTimeout(() => this.tick(), Math.min(untilChange(this.due, this.now), rest)));
    const isSeen = !document.hidden && (this.panel.isVisible || !this.isSeat);
    if (isSeen && Date.now() - this.asked > rest) this.refresh();
  }

  stopClock() {
    this.timers.forEach(clearTimeout);
    this.timers = [];
  }

  /** One deed at a time; what goes wrong is said in the strip. */
  async doing(deed) {
    if (this.busy || !this.belongs) return;
    this.busy = true;
    this.tools.enable(false);
    try {
      await deed();
    } catch (error) {
      if (!this.panel.isDisposed) this.strip.failed(error);
    } finally {
      this.busy = false;
      this.tools?.enable(true);
    }
    await this.refresh();
  }

  check() {
    return this.doing(async () => {
      this.strip.show("Checking …", [element("p", {}, "Saving your notebook …")]);
      const unsaved = await saveAll(this.open());
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

  hand() {
    return this.doing(() => this.portal.post("hand", this.path, { up: !this.state.hand }));
  }

  submit() {
    return this.doing(async () => {
      const unsaved = await saveAll(this.open());
      const { places } = await this.portal.post("look", this.path);
      const isLate = this.due !== null && this.due < this.now;
      if (!(await askToHandIn(this.lab, { title: this.state.title, isLate, unsaved, places }))) return;
      const { receipt, new: isNew } = await this.portal.post("submit", this.path);
      this.strip.receipt(receipt, when(receipt.received_at, this.now), isNew);
    });
  }

  /** The open notebooks of this assignment, this one first. */
  open() {
    const { folder } = this.state;
    const beside = this.others().filter((panel) => within(this.lab.localPath(panel.context.path), folder));
    return [this.panel, ...beside];
  }
}
