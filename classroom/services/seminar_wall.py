"""The wall: who is where, for the teacher. One query however many guests there are and however often it is looked at."""

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Generic, TypeVar

from sqlalchemy import and_, select, update
from sqlalchemy.orm import Session

from classroom.models import Guest, GuestState, Seat, Seminar, ServerStart, StartState
from classroom.services import seat_news
from classroom.services.seat_news import PushCount
from classroom.services.seminar_progress import Exercise, State, exercises, updated
from grader.files import FileStore, MissingFile

T = TypeVar("T")


class Ticks(Generic[T]):
    """One answer for all who ask within ``seconds``, in this process: watching costs the same for one viewer and for ten."""

    def __init__(self, *, seconds: float = 2, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._lock = Lock()
        self._kept: dict[Hashable, tuple[float, T]] = {}

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The answer for ``key``, made anew when the last one is older than a tick."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or self._clock() - kept[0] >= self._seconds:
                self._kept = {name: old for name, old in self._kept.items() if self._clock() - old[0] < self._seconds}
                kept = self._kept[key] = (self._clock(), make())
            return kept[1]

    def forget(self, key: Hashable) -> None:
        """Have it made anew next time: something was just changed."""
        with self._lock:
            self._kept.pop(key, None)


@dataclass(frozen=True, slots=True)
class Mark:
    """One guest's state in one exercise; ``stuck`` is how many minutes they have been in an error."""

    state: State
    stuck: int | None
    checked: bool = False
    """Whether a check said so; else it is read off the saved notebook."""


@dataclass(frozen=True, slots=True)
class Row:
    """A guest on the wall; ``marks`` are in the order of the exercises."""

    guest_id: int
    name: str
    number: int
    hand_minutes: int | None
    marks: list[Mark]
    stuck: int | None
    """The longest of the marks'."""


@dataclass(frozen=True, slots=True)
class NotWarmed:
    """Servers that were to run before anybody comes and did not start: how many, of how many, and why the last of them."""

    count: int
    asked: int
    reason: str


@dataclass(frozen=True, slots=True)
class Wall:
    """What the teacher sees at one moment."""

    exercises: list[Exercise]
    rows: list[Row]
    waiting: list[tuple[int, str]]
    """Guests at the door: id and name."""
    warm: int
    ready: int
    """Seats that are made and free."""
    counts: list[dict[State, int]]
    """For each exercise, how many are where."""
    pushed: PushCount | None = None
    not_warmed: NotWarmed | None = None

    @property
    def hands(self) -> int:
        """How many raise their hand."""
        return sum(row.hand_minutes is not None for row in self.rows)


def read(session: Session, *, seminar: Seminar, files: FileStore, now: datetime) -> Wall:
    """The wall as it is. Raised hands come first, then who is stuck longest, then by name."""
    found = columns(seminar, files)
    people = session.scalars(
        select(Guest).where(Guest.seminar_id == seminar.id, Guest.state != GuestState.refused).order_by(Guest.number)
    ).all()
    rows = [_row(guest, found, now) for guest in people if guest.state == GuestState.admitted]
    rows.sort(key=lambda row: (-(row.hand_minutes if row.hand_minutes is not None else -1), -(row.stuck or 0), row.name.lower()))
    failed = and_(ServerStart.seat_id == Seat.id, ServerStart.warm, ServerStart.state == StartState.failed)
    seats = session.execute(
        select(Seat.guest_id, Seat.warmed_at, ServerStart.id.is_not(None), ServerStart.changed_at, ServerStart.reason)
        .outerjoin(ServerStart, failed)
        .where(Seat.seminar_id == seminar.id, Seat.made_at.is_not(None), Seat.closed_at.is_(None))
    ).all()
    cold = [(failed_at, reason) for *_, is_cold, failed_at, reason in seats if is_cold]
    free = [warmed_at is not None for guest_id, warmed_at, *_ in seats if guest_id is None]
    return Wall(
        exercises=found,
        rows=rows,
        waiting=[(guest.id, guest.name) for guest in people if guest.state == GuestState.waiting],
        warm=sum(free) - len(cold),
        ready=len(free),
        counts=[{state: sum(row.marks[n].state == state for row in rows) for state in State} for n in range(len(found))],
        pushed=seat_news.count(session, seminar=seminar),
        not_warmed=_not_warmed(cold, asked=sum(warmed_at is not None for _, warmed_at, *_ in seats)),
    )


def columns(seminar: Seminar, files: FileStore) -> list[Exercise]:
    """The exercises of the notebook that opens first."""
    data = released_notebook(seminar, files)
    return exercises(data) if data else []


def released_notebook(seminar: Seminar, files: FileStore) -> bytes:
    """The notebook that opens first, as it was given out; empty when the store has lost it."""
    entry = next((entry for entry in seminar.files if entry["path"] == seminar.notebook), None)
    try:
        return files.get(entry["sha256"]) if entry else b""
    except MissingFile:
        return b""


def record_check(session: Session, *, guest_id: int, states: dict[str, State], now: datetime) -> None:
    """What a check of the guest's work found, by exercise. It counts until the next check, or an error in the notebook."""
    guest = session.get_one(Guest, guest_id)
    progress = updated(guest.progress, states, by="check", now=now)
    session.execute(update(Guest).where(Guest.id == guest_id).values(progress=progress))


def _not_warmed(cold: list[tuple[datetime, str]], *, asked: int) -> NotWarmed | None:
    """What is told of them. A start that a guest asks for in person is no warm one any more, so it is not among them."""
    if not cold:
        return None
    _, reason = max(cold)
    return NotWarmed(len(cold), asked, reason.rstrip(". ") or "the hub gave no reason")


def _row(guest: Guest, found: list[Exercise], now: datetime) -> Row:
    hand = guest.hand_raised_at
    marks = [_mark(guest.progress.get(exercise.key), now) for exercise in found]
    stuck = max((mark.stuck for mark in marks if mark.stuck is not None), default=None)
    return Row(guest.id, guest.name, guest.number, _minutes(hand, now) if hand else None, marks, stuck)


def _mark(known: dict[str, str] | None, now: datetime) -> Mark:
    if known is None:
        return Mark(State.untouched, None)
    state = State(known["state"])
    stuck = _minutes(datetime.fromisoformat(known["since"]), now) if state == State.error else None
    return Mark(state, stuck, checked=known.get("by") == "check")


def _minutes(since: datetime, now: datetime) -> int:
    return max(0, int((now - since).total_seconds() // 60))
