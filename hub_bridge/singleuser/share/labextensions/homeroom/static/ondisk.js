// A notebook whose file was changed while it is open: said before JupyterLab asks about it, and loaded without losing a line.
import { element, pageLink } from "./dom.js";
import { Refused } from "./portal.js";
import { Strip } from "./strip.js";
import { changeHow, changeOf, isSameFile, mergedWords, overwritten, told, unsavedWords } from "./changes.js";

const REST = 15_000;
const LONGEST_SAVE = 30_000; // JupyterLab does not say when a save was given up
const RUNNING = "A cell is running. Wait for it, or stop it, and load the notebook then; what it puts out now would be missing.";

export class OnDisk {
  /** `desk`: that of the panel. It knows what the portal tells, and does one deed at a time. */
  constructor(desk) {
    Object.assign(this, { desk, panel: desk.panel, lab: desk.lab, portal: desk.portal });
    this.strip = new Strip(this.panel, this.lab, { onLeave: () => { this.change = null; } });
    this.seen = "";
    this.change = null;
    this.saves = 0;
    this.savingSince = 0;
    this.before = null;
    const timer = setInterval(() => this.look(), REST);
    const lookNow = () => this.look();
    document.addEventListener("visibilitychange", lookNow);
    this.panel.context.saveState.connect((_, what) => this.saving(what));
    this.panel.disposed.connect(() => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", lookNow);
    });
  }

  get context() {
    return this.panel.context;
  }

  /** Look whether the file is another one than the one that is shown, and say so once for each change. */
  async look() {
    if (document.hidden || !this.desk.belongs || !this.panel.isVisible || this.desk.busy) return;
    const disk = await this.differing();
    if (this.panel.isDisposed || this.desk.busy || disk === undefined) return;
    if (disk === null) {
      if (this.change && !this.change.isOverwritten) this.close();
      return;
    }
    if (disk.last_modified === this.seen) return;
    this.seen = disk.last_modified;
    const shown = this.context.contentsModel.last_modified;
    await this.desk.refresh();
    if (this.desk.belongs) this.tell(changeOf(this.desk.state, this.desk.path, shown, disk.last_modified));
  }

  /** The file's facts if it is not the one that was loaded or saved here, null if it is; undefined where nobody can say just now. */
  async differing() {
    const { saves } = this;
    if (Date.now() - this.savingSince < LONGEST_SAVE) return undefined;
    const facts = (more) => this.lab.contents.get(this.context.path, { content: false, ...more });
    try {
      if (isSameFile(await facts({}), this.context.contentsModel)) return null;
      const disk = await facts({ hash: true });
      if (this.saves !== saves) return undefined;
      return isSameFile(disk, this.context.contentsModel) ? null : disk;
    } catch {
      return undefined; // deleted, or the server is away: JupyterLab says so
    }
  }

  close() {
    this.change = null;
    this.strip.close();
  }

  tell(change) {
    this.change = change;
    const { heading, sentence, deed } = change.isOverwritten ? overwritten(change) : told(change, this.desk.now);
    const load = { type: "button", class: "homeroom-action", click: () => this.load(change) };
    const rest = element("span", { class: "homeroom-small" }, unsavedWords(change));
    const row = element("p", { class: "homeroom-actions" }, element("button", load, deed), rest);
    this.strip.show(heading, [element("p", {}, sentence), row], { urgent: true, tone: "warning" });
  }

  /** Show what lies on the disk. Whatever was not saved is merged or kept before; nobody can type meanwhile. */
  load(change) {
    return this.desk.doing(async () => {
      if (this.context.sessionContext.session?.kernel?.status === "busy") throw new Error(RUNNING);
      const { node } = this.panel.content;
      node.inert = true;
      try {
        const outcome = change.isOverwritten || this.context.model.dirty ? await this.secure(change) : {};
        await this.revert();
        this.close();
        if (outcome.failed) throw outcome.failed;
        this.said("Loaded", outcome.sentence ?? "You see the notebook as it is now.");
      } finally {
        node.inert = false;
      }
    });
  }

  /** Show what lies on the disk, and go on at the same cell. */
  async revert() {
    const { content } = this.panel;
    const here = content.activeCell?.model.id;
    await this.context.revert();
    this.context.model.dirty = false;
    const index = content.widgets.findIndex((cell) => cell.model.id === here);
    if (index < 1) return;
    content.activeCellIndex = index;
    await content.scrollToItem?.(index, "smart");
  }

  /** What was not saved is merged where the portal can, else kept; `sentence` or `failed` say what became of it. */
  async secure(change) {
    const content = this.context.model.toJSON();
    if (!change.isMergeable) return { sentence: await this.keep(content) };
    await this.portal.post("keep", this.desk.path);
    await this.lab.contents.save(this.context.path, { type: "notebook", format: "json", content });
    try {
      const { update } = await this.portal.post("update", this.desk.path);
      return { sentence: mergedWords(changeHow({ ...this.desk.state, update }, this.desk.path)) };
    } catch (error) {
      const rest = "What you see is saved. Your teacher's change comes when you open the notebook from its page.";
      return { failed: new Refused(`${error.message} ${rest}`, error) };
    }
  }

  /** Put a notebook among the earlier states of its file; a sentence that says where it is. */
  async keep(content) {
    const { kept } = await this.portal.post("keep", this.desk.path, { content });
    return `What you had not saved is kept${this.desk.state?.earlier ? " among the earlier states of your files" : ` in ${kept}`}.`;
  }

  said(heading, sentence) {
    const page = this.desk.state?.earlier;
    const link = page && sentence.includes("earlier states") ? element("p", {}, pageLink(page, "Earlier states of your files")) : null;
    this.desk.strip.show(heading, [element("p", {}, sentence), ...(link ? [link] : [])], { tone: "good" });
  }

  /** JupyterLab saves, and may have asked before: Revert takes what was not saved away, Overwrite the change on the disk. */
  saving(what) {
    this.saves += 1;
    this.savingSince = what === "started" ? Date.now() : 0;
    if (what === "started") this.note();
    else if (what === "completed") this.settle({ isSaved: true });
  }

  /** Somebody asked for the version on the disk; `done` is when they had it, or thought better of it. */
  async reloading(done) {
    this.note();
    await done;
    await this.settle({ isSaved: false });
  }

  /** Remember what is not saved. */
  note() {
    const { model } = this.context;
    this.before = this.desk.belongs && model.dirty ? { content: model.toJSON(), cells: [...model.cells] } : null;
  }

  /** Keep what was not saved if another version is shown now; where ours was saved over a change, offer that again. */
  async settle({ isSaved }) {
    if (!this.before) return;
    const { before, change } = this;
    this.before = null;
    if (![...this.context.model.cells].some((cell) => before.cells.includes(cell))) {
      this.close();
      try {
        this.said("Loaded", await this.keep(before.content));
      } catch (error) {
        this.desk.strip.failed(error);
      }
    } else if (isSaved && change && !change.isOverwritten) {
      this.close();
      if (change.isMergeable) this.tell({ ...change, isOverwritten: true });
    }
  }
}
