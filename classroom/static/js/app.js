// What makes pages pleasanter where scripts run. Every page works without.
"use strict";

// Times: in the reader's zone, with "in 3 days" beside. The zone is the one chosen on the account page, else the browser's, which
// the server is told in a cookie, so that the next page comes with the right times.

const root = new URL(document.currentScript.src).pathname.split("/static/")[0];
const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const zone = document.documentElement.dataset.zone || browserZone;
if (browserZone && !document.cookie.split("; ").includes(`homeroom-zone=${browserZone}`)) {
  document.cookie = `homeroom-zone=${browserZone}; Path=${root || "/"}; Max-Age=31536000; SameSite=Lax`;
}

const UNITS = [["year", 31536000], ["month", 5184000, 2592000], ["day", 86400], ["hour", 3600], ["minute", 60]];
const clock = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZone: zone });
const relative = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", { numeric: "always" });

function fromNow(moment) {
  const seconds = (moment - Date.now()) / 1000;
  const [unit, least, length = least] = UNITS.find(([, size]) => Math.abs(seconds) >= size) || ["minute", 60];
  if (Math.abs(seconds) < 60) return seconds < 0 ? "just now" : "in a moment";
  return relative.format(Math.trunc(seconds / length), unit);
}

function showTimes(root) {
  for (const element of root.querySelectorAll("time[datetime]")) {
    const moment = new Date(element.dateTime);
    if (Number.isNaN(moment.getTime())) continue;
    element.dataset.server ??= element.textContent;
    element.title = element.dataset.server;
    const place = zone === element.dataset.zone ? "" : ` ${zone.split("/").pop().replaceAll("_", " ")}${zone === "UTC" ? "" : " time"}`;
    const words = clock.format(moment) + place;
    element.textContent = "relative" in element.dataset ? `${words} (${fromNow(moment)})` : words;
  }
}

// Pieces of page that fetch themselves anew: data-poll holds the address, data-poll-every the seconds. One that has data-live
// is sent by the server whenever it has changed, and fetched like the others only where there is no place for another stream.

let noPlaceUntil = 0;

function pollAll(root) {
  for (const element of root.querySelectorAll("[data-poll]")) start(element);
}

function start(element) {
  if (!element.dataset.live || !window.EventSource || Date.now() < noPlaceUntil) schedule(element, 0);
  else if (document.hidden) document.addEventListener("visibilitychange", () => start(element), { once: true });
  else listen(element);
}

function listen(element) {
  const source = new EventSource(element.dataset.live);
  const stopped = new AbortController();
  let piece = null;
  function leave() {
    source.close();
    stopped.abort();
  }
  function show() {
    if (!element.isConnected) return leave();
    const fresh = piece === null || isUsed(element) ? null : parse(piece);
    if (!fresh) return;
    piece = null;
    put(element, fresh);
    element = fresh;
  }
  source.addEventListener("message", (event) => {
    piece = event.data;
    show();
  });
  // What came while somebody was at a button inside is shown when they leave it.
  document.addEventListener("focusout", () => setTimeout(show), { signal: stopped.signal });
  source.addEventListener("error", () => {
    if (source.readyState !== EventSource.CLOSED) return; // the browser connects again by itself
    leave();
    noPlaceUntil = Date.now() + 60000;
    schedule(element, 0);
  });
  // A tab that nobody looks at takes no place.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) return;
    leave();
    start(element);
  }, { signal: stopped.signal });
}

function schedule(element, failures) {
  const seconds = Number(element.dataset.pollEvery || 2) * Math.min(1 + failures, 8);
  setTimeout(() => poll(element, failures), seconds * 1000);
}

// Somebody is at a button or field inside, or is asked about one: it must not go away under their hands. A scrolled table may be
// replaced.
function isUsed(element) {
  const active = document.activeElement;
  return Boolean(document.querySelector("dialog.confirm")) || (element.contains(active) && !active.matches(".table-frame"));
}

function replace(element, fresh) {
  const before = [...element.querySelectorAll(".table-frame")].map((frame) => [frame.scrollLeft, frame === document.activeElement]);
  element.replaceWith(fresh);
  fresh.querySelectorAll(".table-frame").forEach((frame, number) => {
    const [left, focused] = before[number] || [0, false];
    frame.scrollLeft = left;
    if (focused) frame.focus({ preventScroll: true });
  });
}

async function poll(element, failures) {
  if (!element.isConnected) return;
  if (document.hidden || isUsed(element)) return schedule(element, 0);
  let answer;
  try {
    answer = await fetch(element.dataset.poll, { headers: { "X-Requested-With": "fetch" } });
  } catch {
    return schedule(element, failures + 1);
  }
  if (answer.status === 403 || answer.status === 404) return location.reload();
  if (!answer.ok) return schedule(element, failures + 1);
  const fresh = parse(await answer.text());
  if (!fresh) return schedule(element, failures + 1);
  if ("reload" in fresh.dataset) return location.reload();
  put(element, fresh);
  if ("poll" in fresh.dataset) start(fresh);
}

function parse(text) {
  return new DOMParser().parseFromString(text, "text/html").body.firstElementChild;
}

function put(element, fresh) {
  replace(element, fresh);
  showTimes(fresh);
  pollAll(fresh);
}

// The way into a notebook: asks how the server is until there is an address to go to.

async function watchOpening(element, failures = 0) {
  let state = null;
  try {
    const answer = await fetch(element.dataset.opening, { headers: { Accept: "application/json" } });
    if (answer.status === 403 || answer.status === 404) return location.reload();
    if (answer.ok) state = await answer.json();
  } catch {
    // The network was away for a moment: ask again.
  }
  if (state) {
    say(element.querySelector("[data-opening-message]"), state.message);
    const bar = element.querySelector("progress");
    if (bar) bar.value = state.percent;
    showSteps(element, state.steps);
    if (state.state === "ready") return location.replace(state.url);
    if (state.state === "failed" || state.state === "stopped") return location.reload();
  }
  const seconds = state ? state.again : Math.min(1 + failures, 10);
  setTimeout(() => watchOpening(element, state ? 0 : failures + 1), seconds * 1000);
}

// A text that is written anew is read aloud anew, also when it is the same.
function say(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

function showSteps(element, steps) {
  element.querySelectorAll("[data-step]").forEach((line, number) => {
    const step = steps[number];
    line.dataset.state = step.state;
    say(line.querySelector("[data-note]"), step.note);
    if (step.state === "now") line.setAttribute("aria-current", "step");
    else line.removeAttribute("aria-current");
  });
}

// Copy and print buttons are hidden until somebody can act on them.

function showButtons(root) {
  for (const button of root.querySelectorAll("[data-copy], [data-print]")) button.hidden = false;
}

async function copy(button) {
  const label = button.querySelector("span");
  const before = label.textContent;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    label.textContent = "Copied";
  } catch {
    label.textContent = "Not copied: select it and copy by hand";
  }
  setTimeout(() => { label.textContent = before; }, 2500);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy], [data-print]");
  if (button) "print" in button.dataset ? window.print() : copy(button);
  for (const menu of document.querySelectorAll("[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  const menu = document.querySelector("[data-menu][open]");
  if (event.key !== "Escape" || !menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// Forms that ask first, and forms that are not sent twice by an impatient second press.

function ask(form, submitter) {
  const dialog = document.createElement("dialog");
  dialog.className = "confirm";
  dialog.setAttribute("aria-labelledby", "confirm-question");
  const question = document.createElement("p");
  question.id = "confirm-question";
  question.textContent = form.dataset.confirm;
  const buttons = document.createElement("form");
  buttons.method = "dialog";
  buttons.className = "cluster";
  buttons.append(choice("Cancel", "cancel", "secondary"), choice(form.dataset.confirmLabel || submitter?.textContent.trim() || "Go on", "ok", "primary"));
  dialog.append(question, buttons);
  dialog.addEventListener("close", () => {
    const agreed = dialog.returnValue === "ok";
    dialog.remove();
    if (!agreed) return;
    form.dataset.agreed = "";
    form.requestSubmit(submitter);
  });
  document.body.append(dialog);
  dialog.showModal();
}

function choice(label, value, kind) {
  const button = document.createElement("button");
  button.value = value;
  button.textContent = label;
  button.className = `button button-${kind}`;
  return button;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.confirm && !("agreed" in form.dataset)) {
    event.preventDefault();
    return ask(form, event.submitter);
  }
  if ("sent" in form.dataset) return event.preventDefault();
  delete form.dataset.agreed;
  delete form.dataset.dirty;
  form.dataset.sent = "";
  // A form that answers in another tab, or with a download, leaves this page as it is: it may be sent again.
  setTimeout(() => { delete form.dataset.sent; }, 3000);
});

// Back from the browser's memory: nothing has been sent from this page any more.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-dirty-warning]");
  if (form) form.dataset.dirty = "";
});

window.addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-dirty]")) event.preventDefault();
});

showTimes(document);
showButtons(document);
pollAll(document);
for (const element of document.querySelectorAll("[data-opening]")) watchOpening(element);
setInterval(() => showTimes(document), 60000);
