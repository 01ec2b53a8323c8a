"""How a class did on each assignment: the mean of what is graded to the end."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from classroom.models import Assignment, Enrolment, EnrolmentStatus, Role, Submission
from classroom.services.submission_grades import grades_of, tidy


@dataclass(frozen=True, slots=True)
class Average:
    """``mean`` is None while nobody's grade is complete; ``graded`` says of how many it is the mean."""

    mean: float | None
    graded: int


def assignment_averages(session: Session, *, assignments: Sequence[Assignment]) -> list[Average]:
    """One for each of ``assignments``, over active students' newest attempts whose grade is complete."""
    newest = (
        select(func.max(Submission.id))
        .join(Submission.enrolment)
        .where(
            Submission.assignment_id.in_([assignment.id for assignment in assignments]),
            Enrolment.role == Role.student,
            Enrolment.status == EnrolmentStatus.active,
        )
        .group_by(Submission.enrolment_id, Submission.assignment_id)
    )
    submissions = session.scalars(select(Submission).where(Submission.id.in_(newest)).options(defer(Submission.files))).all()
    grades = grades_of(session, submissions=submissions)
    scores: dict[int, list[float]] = {assignment.id: [] for assignment in assignments}
    for submission in submissions:
        if grades[submission.id].complete:
            scores[submission.assignment_id].append(grades[submission.id].score)
    return [_average(scores[assignment.id]) for assignment in assignments]


def _average(scores: list[float]) -> Average:
    return Average(tidy(sum(scores) / len(scores)) if scores else None, len(scores))
