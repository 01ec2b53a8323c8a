"""Assignments as their student sees them: when they are due for this one person, and how far the work on them is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer, joinedload

from classroom.models import Assignment, Delivery, Enrolment, Extension, Feedback, Release, Submission
from classroom.services import deadlines
from classroom.services.submission_grades import SubmissionGrade, grades_of

StudentState = Literal["opens_later", "not_opened", "in_progress", "handed_in", "being_graded", "graded"]


@dataclass(frozen=True, slots=True)
class StudentAssignment:
    """One assignment as its student sees it.

    ``opens_later``: published, but its opening time is still to come. ``not_opened`` and ``in_progress``: nothing handed in, and
    Open was never or once pressed (``opened_at``). ``handed_in``: the newest attempt (``submission``) is there and may still be
    followed by another; after the deadline it is ``being_graded``. ``graded``: its scores are released; only then there is a
    ``score``. ``returned`` is the newest attempt with released scores, which may be an earlier one. ``due_at`` is the student's
    own deadline, ``extension`` what makes it differ from the common one.
    """

    enrolment: Enrolment
    assignment: Assignment
    state: StudentState
    submission: Submission | None
    attempts: int
    score: float | None
    max_score: float
    due_at: datetime | None
    extension: Extension | None
    opened_at: datetime | None
    returned: Submission | None


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the database knows, by (enrolment id, assignment id)."""

    attempts: dict[tuple[int, int], list[Submission]]
    grades: dict[int, SubmissionGrade]
    """By submission id, where the student may see them."""
    extensions: dict[tuple[int, int], Extension]
    opened: dict[tuple[int, int], datetime]


def students_view(session: Session, *, enrolment: Enrolment, now: datetime) -> list[StudentAssignment]:
    """The published assignments of the course as this student sees them, in the course's order."""
    return students_views(session, enrolments=[enrolment], now=now)


def students_views(session: Session, *, enrolments: Sequence[Enrolment], now: datetime) -> list[StudentAssignment]:
    """The same over several courses of one person, in the same few queries however many there are."""
    if not enrolments:
        return []
    mine = {enrolment.course_id: enrolment for enrolment in enrolments}
    facts = _facts(session, [enrolment.id for enrolment in enrolments])
    return [_view(mine[assignment.course_id], assignment, facts, now) for assignment in _published(session, list(mine))]


def _published(session: Session, course_ids: list[int]) -> Sequence[Assignment]:
    wanted = select(Assignment).where(
        Assignment.course_id.in_(course_ids), Assignment.published_at.is_not(None), Assignment.release_id.is_not(None)
    )
    whole = wanted.options(joinedload(Assignment.release), joinedload(Assignment.course))
    return session.scalars(whole.order_by(Assignment.position, Assignment.id)).all()


def _facts(session: Session, enrolment_ids: list[int]) -> _Facts:
    attempts: dict[tuple[int, int], list[Submission]] = {}
    newest_last = select(Submission).where(Submission.enrolment_id.in_(enrolment_ids)).order_by(Submission.attempt)
    for one in session.scalars(newest_last.options(defer(Submission.files))):
        attempts.setdefault((one.enrolment_id, one.assignment_id), []).append(one)
    out = select(Feedback.submission_id).join(Feedback.submission).where(Submission.enrolment_id.in_(enrolment_ids))
    released = set(session.scalars(out))
    returned = [one for mine in attempts.values() for one in mine if one.id in released]
    grades = {id_: grade for id_, grade in grades_of(session, submissions=returned).items() if not grade.held}
    return _Facts(
        attempts=attempts,
        grades=grades,
        extensions=deadlines.extensions_of(session, enrolment_ids=enrolment_ids),
        opened=_opened(session, enrolment_ids),
    )


def _opened(session: Session, enrolment_ids: list[int]) -> dict[tuple[int, int], datetime]:
    first = (
        select(Delivery.enrolment_id, Release.assignment_id, func.min(Delivery.opened_at))
        .join(Delivery.release)
        .where(Delivery.enrolment_id.in_(enrolment_ids), Delivery.opened_at.is_not(None))
        .group_by(Delivery.enrolment_id, Release.assignment_id)
    )
    rows = session.execute(first)
    return {(enrolment_id, assignment_id): opened for enrolment_id, assignment_id, opened in rows if opened is not None}


def _view(enrolment: Enrolment, assignment: Assignment, facts: _Facts, now: datetime) -> StudentAssignment:
    key = (enrolment.id, assignment.id)
    mine, extension, opened = facts.attempts.get(key, []), facts.extensions.get(key), facts.opened.get(key)
    due_at = deadlines.own_due_at(assignment, extension)
    submission = mine[-1] if mine else None
    grade = facts.grades.get(submission.id) if submission else None
    return StudentAssignment(
        enrolment=enrolment,
        assignment=assignment,
        state="graded" if grade else _state(assignment, submission, opened, due_at, now),
        submission=submission,
        attempts=len(mine),
        score=grade.score if grade else None,
        max_score=grade.max_score if grade else _max_score(assignment),
        due_at=due_at,
        extension=extension if assignment.due_at else None,
        opened_at=opened,
        returned=next((attempt for attempt in reversed(mine) if attempt.id in facts.grades), None),
    )


def _state(
    assignment: Assignment, submission: Submission | None, opened: datetime | None, due_at: datetime | None, now: datetime
) -> StudentState:
    if submission is not None:
        return "being_graded" if due_at is not None and due_at < now else "handed_in"
    if assignment.opens_at is not None and assignment.opens_at > now:
        return "opens_later"
    return "in_progress" if opened else "not_opened"


def _max_score(assignment: Assignment) -> float:
    return assignment.release.max_score if assignment.release else 0.0
