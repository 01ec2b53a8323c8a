"""Telling people what happened: rows that the portal shows and a digest mails. Telling somebody twice is the same as once."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, joinedload

from classroom.errors import NotFound
from classroom.models import (
    TEACHERS,
    Assignment,
    Course,
    Enrolment,
    EnrolmentStatus,
    Notification,
    NotificationKind,
    Person,
    Submission,
)
from classroom.services.pages import Page, page_of
from classroom.services.submission_grades import chunks

KEPT = timedelta(days=180)
"""After so long nobody looks for what they were told."""


def tell(
    session: Session,
    *,
    person_ids: Iterable[int],
    kind: NotificationKind,
    key: str,
    course: Course,
    assignment: Assignment | None = None,
    submission: Submission | None = None,
    due_at: datetime | None = None,
    now: datetime,
) -> int:
    """Tell these people of the thing that ``key`` names, if they have not been told of it yet. Returns how many are new."""
    wanted = sorted(set(person_ids))
    known: set[int] = set()
    for chunk in chunks(wanted):
        told = select(Notification.person_id).where(Notification.key == key, Notification.person_id.in_(chunk))
        known.update(session.scalars(told))
    new = [person_id for person_id in wanted if person_id not in known]
    session.add_all(
        Notification(
            person_id=person_id,
            kind=kind,
            key=key,
            course_id=course.id,
            assignment_id=assignment.id if assignment else None,
            submission_id=submission.id if submission else None,
            due_at=due_at,
            created_at=now,
        )
        for person_id in new
    )
    session.flush()
    return len(new)


def tell_of_feedback(session: Session, *, assignment: Assignment, submissions: Iterable[Submission], now: datetime) -> None:
    """Tell the students of these submissions, whose scores are released this moment for the first time."""
    whose = select(Enrolment.id, Enrolment.person_id).where(Enrolment.course_id == assignment.course_id)
    person_of = dict(session.execute(whose).all())
    session.add_all(
        Notification(
            person_id=person_of[submission.enrolment_id],
            kind=NotificationKind.feedback_returned,
            key=f"feedback:{submission.id}",
            course_id=assignment.course_id,
            assignment_id=assignment.id,
            submission_id=submission.id,
            created_at=now,
        )
        for submission in submissions
    )
    session.flush()


def tell_teachers(session: Session, *, course: Course, key: str, now: datetime) -> None:
    """Tell those who answer requests that one waits, unless a word about an earlier one still stands unread."""
    unread = (
        select(Notification.id)
        .where(
            Notification.person_id == Enrolment.person_id,
            Notification.course_id == course.id,
            Notification.kind == NotificationKind.requests_waiting,
            Notification.read_at.is_(None),
        )
        .exists()
    )
    teachers = select(Enrolment.person_id).where(
        Enrolment.course_id == course.id, Enrolment.role.in_(TEACHERS), Enrolment.status == EnrolmentStatus.active, ~unread
    )
    kind = NotificationKind.requests_waiting
    tell(session, person_ids=session.scalars(teachers).all(), kind=kind, key=key, course=course, now=now)


def unread_count(session: Session, *, person: Person) -> int:
    """How many things the person has been told and has not read."""
    mine = select(func.count()).select_from(Notification)
    return session.scalar(mine.where(Notification.person_id == person.id, Notification.read_at.is_(None))) or 0


def notification_page(session: Session, *, person: Person, page: int, page_size: int) -> Page[Notification]:
    """What the person was told, newest first, with course and assignment loaded."""
    mine = select(Notification).where(Notification.person_id == person.id)
    whole = mine.options(joinedload(Notification.course), joinedload(Notification.assignment))
    return page_of(session, whole.order_by(Notification.id.desc()), page=page, page_size=page_size)


def own_notification(session: Session, *, person: Person, notification_id: int) -> Notification:
    """One of the person's own. Raises NotFound."""
    mine = select(Notification).where(Notification.id == notification_id, Notification.person_id == person.id)
    found = session.scalar(mine.options(joinedload(Notification.course), joinedload(Notification.assignment)))
    if found is None:
        raise NotFound("There is no such notification.")
    return found


def mark_read(notification: Notification, *, now: datetime) -> None:
    """The person has seen it."""
    notification.read_at = notification.read_at or now


def mark_all_read(session: Session, *, person: Person, now: datetime) -> None:
    """The person has seen everything there is."""
    unread = update(Notification).where(Notification.person_id == person.id, Notification.read_at.is_(None))
    session.execute(unread.values(read_at=now))


def forget_old(session: Session, *, now: datetime) -> None:
    """Remove what is so old that nobody looks for it any more."""
    session.execute(delete(Notification).where(Notification.created_at < now - KEPT))
