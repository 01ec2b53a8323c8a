"""How a class did on each assignment: the mean of what is graded to the end."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom.models import Assignment, Submission
from classroom.services.class_list import is_student, newest_attempts
from classroom.services.grade_totals import grade_totals
from classroom.services.submission_grades import tidy


@dataclass(frozen=True, slots=True)
class Average:
    """``mean`` is None while nobody's grade is complete; ``graded`` says of how many it is the mean."""

    mean: float | None
    graded: int


def assignment_averages(session: Session, *, assignments: Sequence[Assignment]) -> list[Average]:
    """One for each of ``assignments``, over active students' newest attempts whose grade is complete."""
    ids = [assignment.id for assignment in assignments]
    newest = newest_attempts(Submission.assignment_id.in_(ids), Submission.enrolment.has(is_student()))
    totals = grade_totals(session, submission_ids=newest)
    scores: dict[int, list[float]] = {assignment.id: [] for assignment in assignments}
    for id_, assignment_id in session.execute(select(Submission.id, Submission.assignment_id).where(Submission.id.in_(newest))):
        if totals[id_].state == "complete":
            scores[assignment_id].append(totals[id_].score)
    return [_average(scores[assignment.id]) for assignment in assignments]


def _average(scores: list[float]) -> Average:
    return Average(tidy(sum(scores) / len(scores)) if scores else None, len(scores))
