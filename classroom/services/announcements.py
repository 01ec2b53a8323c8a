"""What the clock tells students of: an assignment is out, has a new version, or is due soon and not handed in."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session, contains_eager

from classroom.models import Assignment, Enrolment, Extension, NotificationKind, Release, Submission
from classroom.services import deadlines, notifications
from classroom.services.class_list import is_student

WARNING = timedelta(hours=36)
"""So long before a deadline its students are reminded. A digest comes once in 24 hours: twelve are left, at the least."""


def announce_due(session: Session, *, now: datetime) -> int:
    """Tell students what is new by now, and return how many were told of something. Twice is the same as once."""
    told = sum(_announce(session, assignment, now) for assignment in session.scalars(_unannounced(now)).all())
    told += sum(_remind_everybody(session, assignment, now) for assignment in session.scalars(_due_soon(now)).all())
    return told + sum(_remind_one(session, extension, now) for extension in _extended(session, now))


def _open(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Assignment.published_at.is_not(None), or_(Assignment.opens_at.is_(None), Assignment.opens_at <= now))


def _unannounced(now: datetime) -> Select[Assignment]:
    return (
        select(Assignment)
        .join(Release, Release.id == Assignment.release_id)
        .join(Assignment.course)
        .where(*_open(now), Release.announced_at.is_(None))
        .options(contains_eager(Assignment.course))
    )


def _announce(session: Session, assignment: Assignment, now: datetime) -> int:
    release = session.get_one(Release, assignment.release_id)
    earlier = select(Release.id).where(Release.assignment_id == assignment.id, Release.announced_at.is_not(None))
    is_new = session.scalar(earlier.limit(1)) is None
    release.announced_at = now
    return notifications.tell(
        session,
        person_ids=session.scalars(_students(assignment)).all(),
        kind=NotificationKind.published if is_new else NotificationKind.updated,
        key=f"release:{release.id}",
        course=assignment.course,
        assignment=assignment,
        now=now,
    )


def _students(assignment: Assignment) -> Select[int]:
    return select(Enrolment.person_id).where(Enrolment.course_id == assignment.course_id, is_student())


def _without_work(assignment_id: object) -> ColumnElement[bool]:
    return ~exists().where(Submission.enrolment_id == Enrolment.id, Submission.assignment_id == assignment_id)


def _due_soon(now: datetime) -> Select[Assignment]:
    return (
        select(Assignment)
        .join(Assignment.course)
        .where(
            *_open(now),
            Assignment.release_id.is_not(None),
            Assignment.due_at > now,
            Assignment.due_at <= now + WARNING,
            or_(Assignment.reminded_for.is_(None), Assignment.reminded_for != Assignment.due_at),
        )
        .options(contains_eager(Assignment.course))
    )


def _remind_everybody(session: Session, assignment: Assignment, now: datetime) -> int:
    """Those who have handed in nothing and have no more time than others."""
    assignment.reminded_for = assignment.due_at
    assert assignment.due_at is not None
    if assignment.due_at - _opened_at(assignment) <= WARNING:
        return 0  # it has only just been announced, with its due date
    extended = exists().where(Extension.enrolment_id == Enrolment.id, Extension.assignment_id == assignment.id)
    late = _students(assignment).where(_without_work(assignment.id), ~extended)
    return _remind(session, assignment, session.scalars(late).all(), assignment.due_at, now)


def _extended(session: Session, now: datetime) -> Iterable[Extension]:
    """Extensions of students without work. Those whose common due date is far away can't be due soon."""
    return session.scalars(
        select(Extension)
        .join(Extension.enrolment)
        .join(Extension.assignment)
        .join(Assignment.course)
        .where(
            *_open(now),
            Assignment.release_id.is_not(None),
            Assignment.due_at <= now + WARNING,
            and_(Extension.collected_at.is_(None), is_student()),
            _without_work(Assignment.id),
        )
        .options(contains_eager(Extension.enrolment), contains_eager(Extension.assignment).contains_eager(Assignment.course))
    ).all()


def _remind_one(session: Session, extension: Extension, now: datetime) -> int:
    due_at = deadlines.own_due_at(extension.assignment, extension)
    if due_at is None or not now < due_at <= now + WARNING:
        return 0
    return _remind(session, extension.assignment, [extension.enrolment.person_id], due_at, now)


def _remind(session: Session, assignment: Assignment, person_ids: Iterable[int], due_at: datetime, now: datetime) -> int:
    return notifications.tell(
        session,
        person_ids=person_ids,
        kind=NotificationKind.due_soon,
        key=f"due:{assignment.id}:{due_at:%Y-%m-%dT%H:%M}",
        course=assignment.course,
        assignment=assignment,
        due_at=due_at,
        now=now,
    )


def _opened_at(assignment: Assignment) -> datetime:
    assert assignment.published_at is not None
    return max(assignment.published_at, assignment.opens_at or assignment.published_at)
