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
    """One attempt as its student sees it. ``grade`` is there once it was released."""

    submission: Submission
    released_at: datetime | None
    grade: SubmissionGrade | None


def own_attempts(session: Session, *, enrolment: Enrolment, assignment: Assignment) -> list[Attempt]:
    """All attempts, newest first; scores only where they were released."""
    mine = submissions.attempts_of(session, enrolment=enrolment, assignment=assignment)
    rows = session.execute(
        select(Feedback.submission_id, Feedback.released_at).where(Feedback.submission_id.in_([one.id for one in mine]))
    )
    released = {row.submission_id: row.released_at for row in rows}
    grades = grades_of(session, submissions=[one for one in mine if one.id in released])
    return [Attempt(one, released.get(one.id), grades.get(one.id)) for one in mine]


def released_grade(session: Session, *, submission: Submission) -> SubmissionGrade:
    """The grade of a submission whose scores were released. NotFound before that."""
    if session.scalar(select(Feedback.id).where(Feedback.submission_id == submission.id)) is None:
        raise NotFound("The scores of this attempt are not released yet.")
    return submission_grade(session, submission=submission)
