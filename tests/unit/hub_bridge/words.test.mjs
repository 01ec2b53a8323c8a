// How things read on the toolbar. Run by test_lab_extension.py, or: node --test words.test.mjs
import assert from "node:assert/strict";
import test from "node:test";
import {
  STATES, announcementKey, mayBelong, seminarLeft, span, timeLeft, untilChange, when, whereOf, within,
} from "../../../hub_bridge/singleuser/share/labextensions/homeroom/static/words.js";

const NOW = Date.parse("2026-09-07T10:00:00Z");
const after = (seconds) => timeLeft(NOW + seconds * 1000, NOW, true);

test("the time left is said in the two largest units", () => {
  assert.deepEqual([0, 1, 59, 119, 120, 3599, 3600, 3660, 86399, 86400, 90000, 7 * 86400].map(span), [
    "0 seconds", "1 second", "59 seconds", "119 seconds", "2 min", "59 min", "1 h", "1 h 1 min", "23 h 59 min",
    "1 day", "1 day 1 h", "7 days",
  ]);
});

test("what is soon due stands out, and the last hour more", () => {
  assert.deepEqual([after(3 * 86400).tone, after(86400).tone, after(600).tone], ["quiet", "warning", "bad"]);
  assert.equal(after(600).text, "10 min left");
});

test("after the due time work is late, or the assignment is closed", () => {
  assert.deepEqual(after(-7200), { text: "Late by 2 h", tone: "bad" });
  assert.deepEqual(timeLeft(NOW - 1000, NOW, false), { text: "Closed", tone: "quiet" });
});

test("without a due time that is said", () => {
  assert.equal(timeLeft(null, NOW, true).text, "No due time");
});

test("the words are looked at each second when seconds count", () => {
  assert.equal(untilChange(NOW + 60_000, NOW), 1000);
  assert.ok(untilChange(NOW + 86_400_000, NOW) > 10_000);
});

test("a receipt of today has no day, an older one has", () => {
  const noon = new Date(2026, 8, 7, 12, 0).getTime();
  assert.equal(when(new Date(2026, 8, 7, 9, 5).toISOString(), noon, "en-GB"), "09:05");
  assert.match(when(new Date(2026, 8, 6, 9, 5).toISOString(), noon, "en-GB"), /6 Sept?, 09:05$/);
});

test("a place is named by heading or notebook, and by its cell", () => {
  assert.equal(whereOf({ title: "Means", notebook: "n.ipynb", cell: 4 }), "Means, cell 4");
  assert.equal(whereOf({ title: "", notebook: "n.ipynb", cell: null }), "n.ipynb");
});

test("only notebooks inside a folder are asked about", () => {
  assert.ok(mayBelong("bio1/growth/growth.ipynb"));
  assert.ok(mayBelong("bio1/growth/part/two.ipynb"));
  assert.ok(mayBelong("data-for-all/look.ipynb"));
  for (const path of ["growth.ipynb", "bio1/growth/data.csv"]) assert.ok(!mayBelong(path));
});

test("a notebook is known by its path inside the folder that the server says", () => {
  assert.equal(within("bio1/growth/part/two.ipynb", "bio1/growth"), "part/two.ipynb");
  assert.equal(within("data-for-all/look.ipynb", "data-for-all"), "look.ipynb");
  for (const folder of ["bio1/gro", "bio2/growth", "", undefined]) assert.equal(within("bio1/growth/two.ipynb", folder), "");
});

test("a seminar's last minutes stand out, and its end is said", () => {
  assert.deepEqual(seminarLeft(NOW + 1_500_000, NOW), { text: "25 min left", tone: "quiet" });
  assert.equal(seminarLeft(NOW + 200_000, NOW).tone, "warning");
  assert.deepEqual(seminarLeft(NOW - 1000, NOW), { text: "The time is up", tone: "bad" });
});

test("an announcement that is made again is a new one, and no announcement has no name", () => {
  const [first, again] = ["10:00", "10:05"].map((time) => announcementKey({ announcement: "Break", announced_at: time }));
  assert.notEqual(first, again);
  assert.equal(announcementKey({ announcement: "", announced_at: "10:00" }), "");
});

test("every state of a question has a word", () => {
  for (const state of ["passes", "partial", "fails", "not_run", "unseen", "person", "unanswered", "untouched", "unsaid"]) assert.ok(STATES[state][0]);
});
