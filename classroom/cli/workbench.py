"""What every command but ``up`` works with: the state folder's settings, a session that is committed, tables on a terminal."""

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args
from unicodedata import combining, east_asian_width
from zoneinfo import ZoneInfo

import click
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from classroom.config import Settings
from classroom.db import SessionMaker, make_sessions
from classroom.errors import HomeroomError, NotFound
from classroom.messages import Sender
from classroom.migrations import upgrade
from classroom.models import Assignment, Course, Enrolment, EnrolmentStatus, OutboxMessage, Person, Role
from classroom.services import access, outbox
from classroom.stack.settings import settings_of
from classroom.stack.state import State
from grader.files import FileStore
from grader.sources import SourceFormat

_WIDEST = 60
"""Longer texts are cut, but never in the last column: a link is of no use without its end."""

state_option = click.option(
    "--state",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var"),
    show_default=True,
    help="State folder of the Homeroom to work on: the one given to `homeroom up`.",
)

format_option = click.option(
    "--format",
    "source_format",
    type=click.Choice(get_args(SourceFormat)),
    default="auto",
    show_default=True,
    help="What SOURCE is written for. Auto looks for the blocks of Otter Assign.",
)


@dataclass(frozen=True, slots=True)
class Workbench:
    """One Homeroom, running or not."""

    settings: Settings
    sessions: SessionMaker
    files: FileStore
    now: datetime

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session, committed at the end if nothing was refused; then what it enqueued is sent."""
        with self.sessions.begin() as session:
            yield session
        sender = Sender(self.settings)
        try:
            outbox.send_pending(self.sessions, sender, now=self.now)
        finally:
            sender.close()
        with self.sessions() as session:
            if session.scalar(select(exists().where(OutboxMessage.sent_at.is_(None)))):
                click.echo("The stack is not running. What is left to do in the background begins when it is.", err=True)


def open_workbench(state: Path, *, create: bool = False) -> Workbench:
    """The Homeroom in a state folder. Raises NotFound when there is none, unless it may be created."""
    os.umask(0o077)  # what is in the state folder is nobody else's business
    logging.basicConfig(level=logging.ERROR)
    if create:
        State(state).prepare()
        State(state).secrets()
    elif not (state / "secrets.json").is_file():
        raise NotFound(
            f"There is no Homeroom in {state.absolute()}. Name its folder with --state, or start one with `homeroom up`."
        )
    settings = settings_of(state)
    upgrade(settings.database)
    return Workbench(settings, make_sessions(settings.database), FileStore(settings.files), datetime.now(UTC))


def examples(*lines: str) -> str:
    """Command lines to show below a command's help, as they are."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def course_named(session: Session, slug: str) -> Course:
    """The course with this short name."""
    course = session.scalar(select(Course).where(Course.slug == slug))
    if course is None:
        known = ", ".join(session.scalars(select(Course.slug).order_by(Course.slug))) or "there is none yet"
        raise NotFound(f"There is no course “{slug}”. Courses: {known}.")
    return course


def assignment_named(session: Session, course: Course, slug: str) -> Assignment:
    """The assignment of the course with this short name."""
    try:
        return access.assignment_in(session, course=course, slug=slug)
    except NotFound as error:
        every = select(Assignment.slug).where(Assignment.course_id == course.id).order_by(Assignment.position)
        known = ", ".join(session.scalars(every)) or "there is none yet"
        raise NotFound(f"{course.title} has no assignment “{slug}”. Assignments: {known}.") from error


def owner_of(session: Session, course: Course) -> Person | None:
    """In whose name the command line acts where somebody must have asked: the course's first owner."""
    owners = select(Person).join(Enrolment, Enrolment.person_id == Person.id)
    active = Enrolment.status == EnrolmentStatus.active
    owners = owners.where(Enrolment.course_id == course.id, Enrolment.role == Role.owner, active)
    return session.scalar(owners.order_by(Enrolment.id).limit(1))


def local_time(text: str | None, course: Course) -> datetime | None:
    """A time a person wrote, like 2026-10-01 23:59, in the course's time zone."""
    if text is None:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise HomeroomError(f"“{text}” is no time. Write it like 2026-10-01 23:59.") from error
    return time if time.tzinfo else time.replace(tzinfo=ZoneInfo(course.timezone))


def shown_time(time: datetime | None, course: Course) -> str:
    """A time in the course's time zone; empty when there is none."""
    return "" if time is None else f"{time.astimezone(ZoneInfo(course.timezone)):%Y-%m-%d %H:%M}"


def show_table(headers: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print rows under headers in columns as wide as they need; numbers to the right."""
    if not rows:
        click.echo("Nothing here yet.")
        return
    cells = [[*(_cut(_cell(value)) for value in row[:-1]), _cell(row[-1])] for row in rows]
    numeric = [all(isinstance(row[i], int | float | None) for row in rows) for i in range(len(headers))]
    widths = [max(map(_width, column)) for column in zip(headers, *cells, strict=True)]
    for line in ([*headers], ["-" * width for width in widths], *cells):
        fitted = [_fitted(text, width, right=right) for text, width, right in zip(line, widths, numeric, strict=True)]
        click.echo("  ".join(fitted).rstrip())


def show_problems(problems: Sequence[Any]) -> None:
    """Print what make_release found, one line each, with the cure."""
    for problem in problems:
        place = problem.notebook + (f", cell {problem.cell}" if problem.cell is not None else "")
        click.echo(f"{problem.severity}: {place}: {problem.message} {problem.cure}".rstrip(), err=True)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    # Names come from rosters: what is not printable could move the cursor or colour the terminal.
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"


def _width(text: str) -> int:
    return sum(0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _fitted(text: str, width: int, *, right: bool) -> str:
    gap = " " * (width - _width(text))
    return gap + text if right else text + gap
