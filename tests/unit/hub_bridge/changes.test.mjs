// What an open notebook says when its file was changed. Run by test_lab_extension.py, or: node --test changes.test.mjs
import assert from "node:assert/strict";
import test from "node:test";
import {
  changeHow, changeOf, isSameFile, mergedWords, overwritten, told, unsavedWords,
} from "../../../hub_bridge/singleuser/share/labextensions/homeroom/static/changes.js";

const [EARLY, NINE, TEN, LATE] = ["08:00:00", "09:00:00", "10:00:00", "10:00:07"].map((time) => `2026-09-07T${time}Z`);
const STATE = {
  folder: "bio1/growth", merges: true, earlier: "http://portal/earlier/",
  update: { "growth.ipynb": { how: "merged", at: TEN }, "old.ipynb": { how: "undone", at: TEN } },
};
const change = (state, path = "bio1/growth/growth.ipynb", shownAt = NINE) => changeOf(state, path, shownAt, LATE);

test("a file is the same by its time, else by its hash, else by a time that is hardly later", () => {
  const shown = { last_modified: TEN, hash: "a" };
  assert.ok(isSameFile({ last_modified: TEN }, shown));
  assert.ok(!isSameFile({ last_modified: LATE }, shown));
  assert.ok(isSameFile({ last_modified: LATE, hash: "a" }, shown));
  assert.ok(!isSameFile({ last_modified: LATE, hash: "b" }, shown));
  assert.ok(isSameFile({ last_modified: "2026-09-07T10:00:00.400Z", hash: "b" }, { last_modified: TEN }));
  assert.ok(!isSameFile({ last_modified: LATE, hash: "b" }, { last_modified: TEN }));
});

test("a change is the teacher's when the version that is shown is older than the update", () => {
  assert.deepEqual(change(STATE), { by: "merged", at: LATE, isMergeable: true, keeps: "page" });
  assert.equal(change(STATE, undefined, LATE).by, "somebody");
  assert.equal(change(STATE, "bio1/growth/old.ipynb").by, "somebody");
  assert.equal(change({ ...STATE, update: undefined }).isMergeable, false);
});

test("two versions that could not be merged are not said to be one", () => {
  assert.equal(changeHow(STATE, "bio1/growth/growth.ipynb"), "merged");
  assert.equal(changeHow({}, "bio1/growth/growth.ipynb"), "");
  assert.match(mergedWords("merged"), /both in it/);
  assert.match(mergedWords("beside"), /lies beside it/);
});

test("a guest's file is given, and what is not saved is kept in a file", () => {
  const guest = { folder: "look", update: { "look.ipynb": { how: "given", at: TEN } } };
  assert.deepEqual(changeOf(guest, "look/look.ipynb", EARLY, LATE), { by: "given", at: LATE, isMergeable: false, keeps: "file" });
});

test("who changed it and what becomes of unsaved lines is said", () => {
  assert.match(told(change(STATE), Date.parse(LATE), "en-GB").sentence, /^Your teacher's update was merged into this notebook at \d\d:\d\d\. You still/);
  assert.match(told({ by: "somebody", at: LATE }, Date.parse(LATE), "en-GB").heading, /disk/);
  assert.match(unsavedWords(change(STATE)), /goes into it/);
  assert.match(unsavedWords({ isMergeable: false, keeps: "page" }), /earlier states/);
  assert.equal(overwritten().deed, "Put it in");
});
