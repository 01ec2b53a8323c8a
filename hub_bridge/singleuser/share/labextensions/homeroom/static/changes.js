// What is said when a notebook's file was changed while it was open: pure functions, tested without a browser.
import { when, within } from "./words.js";

const MARGIN = 500; // milliseconds, as JupyterLab allows for file systems that round

/** Whether the facts of a file are those of the version that is shown. Both are models of the Contents API. */
export function isSameFile(disk, shown) {
  if (!shown || disk.last_modified === shown.last_modified) return true;
  if (disk.hash && shown.hash) return disk.hash === shown.hash;
  return Boolean(disk.hash) && Date.parse(disk.last_modified) - Date.parse(shown.last_modified) <= MARGIN;
}

/**
 * What changed: `by` the teacher (`given`, or `merged` with what the student wrote) or somebody else, and whether the portal can
 * merge what is not saved. `shownAt`, `diskAt`: when the version that is shown, and the one on the disk, were written.
 */
export function changeOf(state, path, shownAt, diskAt) {
  const update = updateOf(state, path);
  const isNews = update && ["given", "merged"].includes(update.how) && Date.parse(update.at) > Date.parse(shownAt);
  const by = isNews ? update.how : "somebody";
  return { by, at: diskAt, isMergeable: Boolean(isNews && state.merges), keeps: state.earlier ? "page" : "file" };
}

/** What the portal did last to the notebook, in its word. */
export function changeHow(state, path) {
  return updateOf(state, path)?.how ?? "";
}

/** What is said when what was not saved went to be merged. */
export function mergedWords(how) {
  if (how === "beside") return "Your version is saved. The two could not be merged: your teacher's lies beside it, with “.new-” in its name.";
  return "Your teacher's change and what you had not saved are both in it.";
}

/** Heading, sentence and what to press. */
export function told({ by, at }, now, locale) {
  const time = when(at, now, locale);
  const [heading, what] = {
    given: ["Changed by your teacher", `Your teacher changed this notebook at ${time}.`],
    merged: ["Changed by your teacher", `Your teacher's update was merged into this notebook at ${time}.`],
    somebody: ["Changed on the disk", `The file of this notebook was changed at ${time}, outside of this window.`],
  }[by];
  return { heading, sentence: `${what} You still see it as it was before.`, deed: "Load it" };
}

/** The same for a change that somebody has saved their version over. */
export function overwritten() {
  const sentence = "You saved your version over the one with your teacher's update. Nothing of yours is lost.";
  return { heading: "Your teacher's update is not in it", sentence, deed: "Put it in" };
}

/** What becomes of lines that are not saved. */
export function unsavedWords({ isMergeable, keeps }) {
  if (isMergeable) return "What you have not saved goes into it, too.";
  return keeps === "page"
    ? "What you have not saved is kept among the earlier states of your files."
    : "What you have not saved is kept in a file; you read where.";
}

function updateOf({ update, folder }, path) {
  return update?.[within(path, folder)];
}
