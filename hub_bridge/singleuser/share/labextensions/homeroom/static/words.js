// How things read: pure functions, tested without a browser.

const SOON = 2 * 86400;
const HURRY = 3600;
const LAST_MINUTES = 300;

export const STATES = {
  passes: ["Passes", "good"],
  partial: ["In part", "warning"],
  fails: ["Fails", "bad"],
  not_run: ["Not run", "warning"],
  unseen: ["Hidden", "quiet"],
  person: ["By a person", "quiet"],
  unanswered: ["No answer", "warning"],
  untouched: ["Not started", "quiet"],
  unsaid: ["No result", "quiet"],
};

/**
 * The time left, in words and a tone. `now` and `due` are milliseconds; `due` null: no due time.
 * `takesWork`: whether something handed in now is accepted.
 */
export function timeLeft(due, now, takesWork) {
  if (due === null) return takesWork ? { text: "No due time", tone: "quiet" } : { text: "Closed", tone: "quiet" };
  const seconds = Math.floor((due - now) / 1000);
  if (seconds < 0) return takesWork ? { text: `Late by ${span(-seconds)}`, tone: "bad" } : { text: "Closed", tone: "quiet" };
  return { text: `${span(seconds)} left`, tone: seconds < HURRY ? "bad" : seconds < SOON ? "warning" : "quiet" };
}

/** Seconds as people say them, short enough for a toolbar: the two largest units at most, from two days on days only. */
export function span(seconds) {
  const [days, hours, minutes] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  if (days > 1) return count(days, "day");
  if (days) return hours ? `${count(days, "day")} ${hours} h` : count(days, "day");
  if (hours) return minutes ? `${hours} h ${minutes} min` : `${hours} h`;
  if (seconds >= 120) return `${minutes} min`;
  return count(seconds, "second");
}

/** Milliseconds until the words of timeLeft() change. */
export function untilChange(due, now) {
  if (due === null) return 3600_000;
  return Math.abs(due - now) < 125_000 ? 1000 : 20_000;
}

/** A moment on the reader's clock; the day only where it is not today. */
export function when(iso, now, locale) {
  const moment = new Date(iso);
  const time = moment.toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit" });
  if (moment.toDateString() === new Date(now).toDateString()) return time;
  return `${moment.toLocaleDateString(locale, { weekday: "short", day: "numeric", month: "short" })}, ${time}`;
}

/** Where a sentence is about: the heading above the cell or the notebook, and the cell's number. */
export function whereOf(place) {
  return [place.title || place.notebook, place.cell ? `cell ${place.cell}` : ""].filter(Boolean).join(", ");
}

/** The path of a notebook inside `folder`, an assignment's or a seminar's; empty for one that lies elsewhere. */
export function within(path, folder) {
  return folder && path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : "";
}

/** Whether a path can be that of a notebook of an assignment or a seminar; others are not even asked about. */
export function mayBelong(path) {
  return path.endsWith(".ipynb") && path.includes("/");
}

/** The time left of a seminar, as timeLeft() says it. */
export function seminarLeft(ends, now) {
  const seconds = Math.floor((ends - now) / 1000);
  if (seconds < 0) return { text: "The time is up", tone: "bad" };
  return { text: `${span(seconds)} left`, tone: seconds < LAST_MINUTES ? "warning" : "quiet" };
}

/** What names an announcement, so that one that was put away stays away and a new one is shown; empty: there is none. */
export function announcementKey({ announcement, announced_at }) {
  return announcement ? `${announced_at} ${announcement}` : "";
}

function count(number, unit) {
  return `${number} ${unit}${number === 1 ? "" : "s"}`;
}
