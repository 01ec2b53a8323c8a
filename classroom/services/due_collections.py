"""Deadlines that have passed: the common ones and those of students with more time. Each is collected once."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, contains_eager

from classroom.models import Assignment, Extension, OperationKind
from classroom.services import deadlines, operations


def start_due_collections(session: Session, *, now: datetime) -> int:
    """Start a collection of every assignment for which a deadline has just passed, and return how many."""
    common = session.scalars(
        select(Assignment)
        .join(Assignment.course)
        .options(contains_eager(Assignment.course))
        .where(*_is_past(now), Assignment.collected_at.is_(None))
    )
    due: dict[int, Assignment] = {}
    for assignment in common:
        assignment.collected_at = now
        due[assignment.id] = assignment
    for extension in _passed(session, now):
        extension.collected_at = now
        due[extension.assignment_id] = extension.assignment
    for assignment in due.values():
        operations.start(session, kind=OperationKind.collect, course=assignment.course, assignment=assignment, now=now)
    return len(due)


def collect_anew(session: Session, *, assignment: Assignment, now: datetime) -> None:
    """The due date was moved: deadlines that are to come again are collected again."""
    if assignment.due_at is None or assignment.due_at > now:
        assignment.collected_at = None
    for extension in session.scalars(select(Extension).where(Extension.assignment_id == assignment.id)):
        due_at = deadlines.own_due_at(assignment, extension)
        if due_at is None or due_at > now:
            extension.collected_at = None


def _passed(session: Session, now: datetime) -> Iterable[Extension]:
    """Extensions whose own deadline has passed. Few rows are read: those not collected yet."""
    waiting = session.scalars(
        select(Extension)
        .join(Extension.assignment)
        .join(Assignment.course)
        .options(contains_eager(Extension.assignment).contains_eager(Assignment.course))
        .where(*_is_past(now), Extension.collected_at.is_(None))
    )
    return [row for row in waiting if (due := deadlines.own_due_at(row.assignment, row)) is not None and due <= now]


def _is_past(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Assignments that are out and whose common due date has passed."""
    return (Assignment.published_at.is_not(None), Assignment.release_id.is_not(None), Assignment.due_at <= now)
