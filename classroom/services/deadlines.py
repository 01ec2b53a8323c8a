"""Everybody's own deadline: the common due date and, for some, extra time."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from classroom.models import Assignment, Enrolment, Extension


def due_for(session: Session, *, enrolment: Enrolment, assignment: Assignment) -> datetime | None:
    """This student's own deadline; None where there is none."""
    mine = select(Extension).where(Extension.enrolment_id == enrolment.id, Extension.assignment_id == assignment.id)
    return own_due_at(assignment, session.scalar(mine))


def own_due_at(assignment: Assignment, extension: Extension | None) -> datetime | None:
    """The common due date, put off by the extension, if there is one."""
    if assignment.due_at is None or extension is None:
        return assignment.due_at
    return later(assignment.due_at, minutes=extension.minutes, timezone=assignment.course.timezone)


def later(moment: datetime, *, minutes: int, timezone: str) -> datetime:
    """``moment`` put off by the clock on the wall: two days after 18:00 is 18:00, also when summer time ends between them."""
    return (moment.astimezone(ZoneInfo(timezone)) + timedelta(minutes=minutes)).astimezone(UTC)


def minutes_between(start: datetime, end: datetime, *, timezone: str) -> int:
    """The whole minutes that :func:`later` needs to come from ``start`` to ``end``, rounded up: a promised time is kept."""
    zone = ZoneInfo(timezone)
    naive_start, naive_end = (moment.astimezone(zone).replace(tzinfo=None) for moment in (start, end))
    return -((naive_start - naive_end) // timedelta(minutes=1))


def extensions_of(session: Session, *, enrolment_ids: Iterable[int]) -> dict[tuple[int, int], Extension]:
    """Extensions by (enrolment id, assignment id)."""
    rows = session.scalars(select(Extension).where(Extension.enrolment_id.in_(list(enrolment_ids))))
    return {(row.enrolment_id, row.assignment_id): row for row in rows}


def is_due_now(session: Session, *, assignment: Assignment, since: datetime | None, now: datetime) -> ColumnElement[bool]:
    """Enrolments whose own deadline has come since ``since``, when the collection before this one was started.

    Who was served by that one is left alone: what they have written after their deadline is not for us to take.
    """
    extensions = session.scalars(select(Extension).where(Extension.assignment_id == assignment.id))
    own = {row.enrolment_id: own_due_at(assignment, row) for row in extensions}

    def has_come(due: datetime | None) -> bool:
        return due is not None and due <= now and (since is None or due > since)

    if has_come(assignment.due_at):
        return Enrolment.id.not_in([id_ for id_, due in own.items() if not has_come(due)])
    return Enrolment.id.in_([id_ for id_, due in own.items() if has_come(due)])
