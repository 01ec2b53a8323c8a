"""A student's attempts at one assignment, and what came back for them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom.errors import NotFound
from classroom.models import Assignment, Enrolment, Feedback, Submission
from classroom.services import submissions
from classroom.services.submission_grades import SubmissionGrade, grades_of, submission_grade


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt as its student sees it. ``grade`` is there once it was released, unless a person must look at it again."""

    submission: Submission
    released_at: datetime | None
    grade: SubmissionGrade | None
    held: bool
    """Others see their scores; somebody is still looking at this one."""


def own_attempts(session: Session, *, enrolment: Enrolment, assignment: Assignment) -> list[Attempt]:
    """All attempts, newest first; scores only where they were released."""
    mine = submissions.attempts_of(session, enrolment=enrolment, assignment=assignment)
    rows = session.execute(
        select(Feedback.submission_id, Feedback.released_at).where(Feedback.submission_id.in_([one.id for one in mine]))
    )
    released = {row.submission_id: row.released_at for row in rows}
    grades = grades_of(session, submissions=mine)
    is_out = any(grade.held for grade in grades.values()) and _any_released(session, assignment)

    def attempt(one: Submission) -> Attempt:
        grade, held = grades[one.id], grades[one.id].held
        return Attempt(one, released.get(one.id), grade if one.id in released and not held else None, held and is_out)

    return [attempt(one) for one in mine]


def released_grade(session: Session, *, submission: Submission) -> SubmissionGrade:
    """The grade of a submission whose scores were released. NotFound before that and while it is held."""
    if session.scalar(select(Feedback.id).where(Feedback.submission_id == submission.id)) is None:
        raise NotFound("The scores of this attempt are not released yet.")
    grade = submission_grade(session, submission=submission)
    if grade.held:
        raise NotFound("A person is still looking at this attempt. Its scores come when that is done.")
    return grade


def _any_released(session: Session, assignment: Assignment) -> bool:
    mine = select(Feedback.id).join(Feedback.submission).where(Submission.assignment_id == assignment.id)
    return session.scalar(mine.limit(1)) is not None
