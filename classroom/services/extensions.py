"""More time for single students: given by a teacher, listed, taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload

from classroom.errors import HomeroomError, NotFound
from classroom.models import Assignment, Course, Enrolment, Extension, NotificationKind, Person
from classroom.services import deadlines, lateness, notifications
from classroom.services.class_list import is_student

LONGEST = timedelta(days=365)
LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class GivenTime:
    """A student's extension and the deadline it makes; None while the assignment has no due date."""

    extension: Extension
    due_at: datetime | None


def given_time(session: Session, *, assignment: Assignment) -> list[GivenTime]:
    """Everybody who has more time for an assignment, by name."""
    rows = session.scalars(
        select(Extension)
        .join(Extension.enrolment)
        .join(Enrolment.person)
        .where(Extension.assignment_id == assignment.id, is_student())
        .options(contains_eager(Extension.enrolment).contains_eager(Enrolment.person), joinedload(Extension.given_by))
        .order_by(Person.display_name, Extension.id)
    )
    return [GivenTime(row, deadlines.own_due_at(assignment, row)) for row in rows]


def may_be_extended(session: Session, *, course: Course, now: datetime) -> list[Assignment]:
    """Published assignments with a due date: what is due next comes first, then what was due, the latest before the others."""
    wanted = select(Assignment).where(
        Assignment.course_id == course.id, Assignment.published_at.is_not(None), Assignment.due_at.is_not(None)
    )
    found = list(session.scalars(wanted.order_by(Assignment.due_at, Assignment.id)))
    ahead = [assignment for assignment in found if assignment.due_at and assignment.due_at >= now]
    return ahead + [assignment for assignment in reversed(found) if assignment not in ahead]


def minutes_until(assignment: Assignment, until: datetime) -> int:
    """What has to be given for a deadline at ``until``. Raises HomeroomError where the assignment has no due date."""
    return deadlines.minutes_between(_due(assignment), until, timezone=assignment.course.timezone)


def give(
    session: Session,
    *,
    assignment: Assignment,
    enrolment_ids: Sequence[int],
    minutes: int,
    note: str = "",
    actor: Person | None,
    now: datetime,
) -> datetime:
    """Give these students so many minutes more than the others, in place of what they had; returns their deadline.

    They are told, unless nothing changes for them; what they handed in in time now is no longer marked late. Raises HomeroomError
    when it makes no sense (no due date, no time, over before it begins), NotFound when one of them is no student of the course.
    """
    due_at = _check(assignment, minutes, note, now)
    students = _students(session, assignment, enrolment_ids)
    known = {
        row.enrolment_id: row
        for row in session.scalars(
            select(Extension).where(
                Extension.assignment_id == assignment.id, Extension.enrolment_id.in_([one.id for one in students])
            )
        )
    }
    news = [student.person_id for student in students if student.id not in known or known[student.id].minutes != minutes]
    for student in students:
        row = known.get(student.id) or Extension(enrolment_id=student.id, assignment_id=assignment.id)
        row.minutes, row.note, row.given_at, row.collected_at = minutes, note.strip(), now, None
        row.given_by_id = actor.id if actor else None
        session.add(row)
    lateness.mark_anew(session, assignment=assignment, enrolment_ids=[student.id for student in students])
    notifications.tell(
        session,
        person_ids=news,
        kind=NotificationKind.extension_given,
        key=f"extension:{assignment.id}:{now:%Y-%m-%dT%H:%M:%S}",
        course=assignment.course,
        assignment=assignment,
        due_at=due_at,
        now=now,
    )
    return due_at


def take_back(session: Session, *, extension: Extension) -> None:
    """The common due date holds again for this student, also for what was handed in already."""
    assignment, enrolment_id = extension.assignment, extension.enrolment_id
    session.delete(extension)
    lateness.mark_anew(session, assignment=assignment, enrolment_ids=[enrolment_id])


def extension_in(session: Session, *, assignment: Assignment, extension_id: int) -> Extension:
    """An extension for this assignment, with its student. Raises NotFound."""
    mine = select(Extension).where(Extension.id == extension_id, Extension.assignment_id == assignment.id)
    found = session.scalar(mine.options(joinedload(Extension.enrolment).joinedload(Enrolment.person)))
    if found is None:
        raise NotFound("There is no such extension; somebody may have taken it back.")
    return found


def _check(assignment: Assignment, minutes: int, note: str, now: datetime) -> datetime:
    due_at = _due(assignment)
    if minutes <= 0:
        raise HomeroomError("An extension must be longer than nothing, and its date later than the common due date.")
    if timedelta(minutes=minutes) > LONGEST:
        raise HomeroomError(f"An extension has at most {LONGEST.days} days.")
    if len(note) > LONGEST_NOTE:
        raise HomeroomError(f"A note has at most {LONGEST_NOTE} characters.")
    own = deadlines.later(due_at, minutes=minutes, timezone=assignment.course.timezone)
    if own <= now:
        raise HomeroomError("With so little more, their deadline has passed already. Give more time.")
    return own


def _due(assignment: Assignment) -> datetime:
    if assignment.due_at is None:
        raise HomeroomError(f"{assignment.title} has no due date, so nobody needs more time.")
    return assignment.due_at


def _students(session: Session, assignment: Assignment, enrolment_ids: Sequence[int]) -> Sequence[Enrolment]:
    if not enrolment_ids:
        raise HomeroomError("Choose at least one student.")
    here = select(Enrolment).where(Enrolment.course_id == assignment.course_id, is_student())
    found = session.scalars(here.where(Enrolment.id.in_(enrolment_ids))).all()
    if len(found) < len(set(enrolment_ids)):
        raise NotFound("One of these is no student of the course. Reload the page and choose again.")
    return found
