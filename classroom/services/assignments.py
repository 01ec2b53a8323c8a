"""What is set: its dates, its publication, and how students and staff see it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from classroom.config import Settings
from classroom.errors import HomeroomError
from classroom.models import (
    Assignment,
    Course,
    Delivery,
    Feedback,
    GradeJob,
    JobState,
    Operation,
    Person,
    Submission,
)
from classroom.services import deliveries, due_collections, lateness
from classroom.services.class_list import newest_attempts, student_ids
from classroom.services.grade_totals import grade_totals
from grader.jobs import LIMITS, Limits, Shown, read_limits

_LONGEST_TITLE = 200

Phase = Literal["draft", "scheduled", "open", "due"]


@dataclass(frozen=True, slots=True)
class StaffAssignment:
    """One assignment in numbers of active students. ``grading`` waits for the machine, ``needs_person`` for somebody to look."""

    assignment: Assignment
    phase: Phase
    """``draft``: not published. ``scheduled``: opens later. ``due``: the due date has passed."""
    enrolled: int
    delivered: int
    submitted: int
    grading: int
    needs_person: int
    graded: int
    feedback_released: int


def update(
    session: Session,
    *,
    assignment: Assignment,
    title: str,
    opens_at: datetime | None,
    due_at: datetime | None,
    accepts_late: bool,
    shown: str,
    now: datetime,
) -> None:
    """Change title, dates, whether late work is taken, and what students see of failed tests.

    A new due date in the future is collected anew, and by it each attempt is late or not.
    """
    title = title.strip()
    if not title or len(title) > _LONGEST_TITLE:
        raise HomeroomError(f"An assignment needs a title of at most {_LONGEST_TITLE} characters.")
    if opens_at is not None and due_at is not None and due_at <= opens_at:
        raise HomeroomError("The due date must come after the opening date.")
    if shown not in get_args(Shown):
        raise HomeroomError("Choose what students see of a failed test.")
    is_moved = due_at != assignment.due_at
    assignment.title, assignment.shown = title, shown
    assignment.opens_at, assignment.due_at, assignment.accepts_late = opens_at, due_at, accepts_late
    if is_moved:
        due_collections.collect_anew(session, assignment=assignment, now=now)
        lateness.mark_anew(session, assignment=assignment)
    session.flush()


def set_limits(session: Session, *, assignment: Assignment, wanted: Mapping[str, str], settings: Settings) -> None:
    """What a submission may use from the next grading on; an empty value is the usual one. Bounded by the server's settings."""
    try:
        assignment.limits = read_limits(wanted, most_limits(settings))
    except ValueError as error:
        raise HomeroomError(str(error)) from error
    session.flush()


def most_limits(settings: Settings) -> Limits:
    """The most that a teacher may set."""
    return Limits(**{name: getattr(settings, f"most_{name}") for name in LIMITS})


def publish(session: Session, *, assignment: Assignment, actor: Person | None, now: datetime) -> Operation | None:
    """Let students have it: now, or at its opening date. Publishing again delivers again, which mends what got lost."""
    if assignment.release_id is None:
        raise HomeroomError(f"{assignment.title} has no release yet. Release its notebooks first.")
    if assignment.published_at is None:
        assignment.published_at = now
    session.flush()
    return deliveries.start_delivery(session, assignment=assignment, actor=actor, now=now)


def staff_view(session: Session, *, course: Course, now: datetime) -> list[StaffAssignment]:
    """All assignments of the course with how far each is, in the course's order."""
    assignments = _of(session, course)
    students = student_ids(course.id)
    enrolled = session.scalar(select(func.count()).select_from(students.subquery())) or 0
    delivered = session.execute(
        select(Delivery.release_id, func.count())
        .where(
            Delivery.release_id.in_([a.release_id for a in assignments if a.release_id]),
            Delivery.delivered_at.is_not(None),
            Delivery.enrolment_id.in_(students),
        )
        .group_by(Delivery.release_id)
    )
    deliveries_of = dict(delivered.all())
    newest = newest_attempts(Submission.enrolment_id.in_(students), Submission.assignment_id.in_([a.id for a in assignments]))
    assignment_of = dict(session.execute(select(Submission.id, Submission.assignment_id).where(Submission.id.in_(newest))).all())
    totals = grade_totals(session, submission_ids=newest)
    live = set(
        session.scalars(select(GradeJob.submission_id).where(GradeJob.submission_id.in_(newest), GradeJob.state != JobState.done))
    )
    released = set(session.scalars(select(Feedback.submission_id).where(Feedback.submission_id.in_(newest))))
    states = Counter((mine, "grading" if id_ in live else totals[id_].state) for id_, mine in assignment_of.items())
    submitted = Counter(assignment_of.values())
    returned = Counter(assignment_of[id_] for id_ in released)
    return [
        StaffAssignment(
            assignment=assignment,
            phase=_phase(assignment, now=now),
            enrolled=enrolled,
            delivered=deliveries_of.get(assignment.release_id or 0, 0),
            submitted=submitted[assignment.id],
            grading=states[assignment.id, "grading"],
            needs_person=states[assignment.id, "needs_person"],
            graded=states[assignment.id, "complete"],
            feedback_released=returned[assignment.id],
        )
        for assignment in assignments
    ]


def _of(session: Session, course: Course) -> list[Assignment]:
    wanted = select(Assignment).where(Assignment.course_id == course.id).options(joinedload(Assignment.release))
    return list(session.scalars(wanted.order_by(Assignment.position, Assignment.id)))


def _phase(assignment: Assignment, *, now: datetime) -> Phase:
    if assignment.published_at is None:
        return "draft"
    if assignment.opens_at is not None and assignment.opens_at > now:
        return "scheduled"
    return "due" if assignment.due_at is not None and assignment.due_at < now else "open"
