// Asks before work is handed in, with what looks forgotten.
import { element } from "./dom.js";
import { placeList } from "./strip.js";

const LATE = "The due time has passed: this attempt will be marked as late.";
const ODD = "Some things look as if you had not meant them:";
const FINE = "Your newest attempt counts. You may hand in again.";

/** Whether the student says yes. `unsaved` is a sentence or nothing, `places` what looks forgotten. */
export async function askToHandIn({ apputils, widgets }, { title, isLate, unsaved, places }) {
  const { Dialog, showDialog } = apputils;
  const odd = places.length > 0 || unsaved !== "";
  const node = element(
    "div",
    { class: "homeroom-dialog" },
    isLate ? element("p", {}, LATE) : null,
    unsaved ? element("p", { role: "alert" }, `${unsaved} What you saved last is handed in.`) : null,
    places.length || !unsaved ? element("p", {}, odd ? ODD : FINE) : null,
    places.length ? placeList(places) : null,
  );
  const result = await showDialog({
    title: title ? `Hand in “${title}”?` : "Hand in?",
    body: new widgets.Widget({ node }),
    buttons: [Dialog.cancelButton(), Dialog.okButton({ label: odd ? "Hand in anyway" : "Hand in" })],
    focusNodeSelector: ".jp-mod-accept",
  });
  return result.button.accept;
}
