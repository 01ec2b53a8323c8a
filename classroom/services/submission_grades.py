"""The grade: derived from a submission's result and the points given by hand, never stored.

The newest ``graded`` result counts, so that a regrade that failed takes nothing away. Of the points a person gave to a question
the newest count, and they win over the machine's. A grade is complete when every question has points, and held back from its
student while somebody must look at what the machine noticed about the result that counts.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple, TypeVar, cast

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from classroom.models import Assignment, ManualScore, Release, Result, ResultStatus, Review, Score, Submission
from grader.jobs import CellStatus, Shown, shown_of
from grader.shown import narrow

Item = TypeVar("Item")
GradeState = Literal["grading", "needs_person", "complete"]
CHUNK = 500
"""Ids in one query; databases have a limit."""


@dataclass(frozen=True, slots=True)
class QuestionGrade:
    """One question: the machine's points, a person's, and the ones that count. ``message`` is safe to show to the student."""

    notebook: str
    grade_id: str
    title: str
    kind: str
    auto: float | None
    manual: float | None
    max_points: float
    status: str
    message: str
    staff_message: str
    comment: str

    @property
    def points(self) -> float | None:
        """The points that count; None while a person must look."""
        return self.auto if self.manual is None else self.manual


@dataclass(frozen=True, slots=True)
class SubmissionGrade:
    """One submission: the points there are so far, out of what, and whether that is all."""

    questions: list[QuestionGrade]
    status: ResultStatus | None
    """How the grading that counts ended; None while there is no result."""
    student_reason: str = ""
    staff_reason: str = ""
    graded_at: datetime | None = None
    result_id: int | None = None
    held: bool = False
    """Whether a person must look at what the machine noticed before the student may see it."""

    @property
    def score(self) -> float:
        """Sum of the points given so far."""
        return tidy(sum(question.points or 0.0 for question in self.questions))

    @property
    def max_score(self) -> float:
        """The most there is to get."""
        return tidy(sum(question.max_points for question in self.questions))

    @property
    def complete(self) -> bool:
        """Whether every question has points."""
        return self.status is not None and all(question.points is not None for question in self.questions)

    @property
    def state(self) -> GradeState:
        """Whether it waits for the machine, for a person, or for nothing."""
        return state_of(self.status, complete=self.complete, held=self.held)


def state_of(status: ResultStatus | None, *, complete: bool, held: bool) -> GradeState:
    """What a grade waits for: the machine while there is no result, a person while points are missing or it is held."""
    if complete and not held:
        return "complete"
    return "grading" if status is None else "needs_person"


def tidy(points: float) -> float:
    """Points without the dust of binary fractions."""
    return round(points, 6)


def submission_grade(session: Session, *, submission: Submission) -> SubmissionGrade:
    """The grade of one submission."""
    return grades_of(session, submissions=[submission])[submission.id]


def grades_of(session: Session, *, submissions: Sequence[Submission]) -> dict[int, SubmissionGrade]:
    """Grades by submission id, in the same few queries for one submission or many."""
    grades: dict[int, SubmissionGrade] = {}
    releases: dict[int, list[dict[str, Any]]] = {}
    for chunk in chunks(submissions):
        results = _counting_results(session, [submission.id for submission in chunk])
        wanted = {results[s.id].release_id if s.id in results else s.release_id for s in chunk}
        releases |= questions_of(session, wanted.difference(releases))
        scores = _scores(session, [result.id for result in results.values()])
        manual = _manual(session, [submission.id for submission in chunk])
        for submission in chunk:
            result = results.get(submission.id)
            grades[submission.id] = SubmissionGrade(
                questions=[
                    _question_grade(
                        question,
                        scores.get((result.id if result else 0, question["notebook"], question["grade_id"])),
                        manual.get((submission.id, question["notebook"], question["grade_id"])),
                        shown_of(result.shown if result else None),
                    )
                    for question in releases[result.release_id if result else submission.release_id]
                ],
                status=result.status if result else None,
                student_reason=result.student_reason if result else "",
                staff_reason=result.staff_reason if result else "",
                graded_at=result.created_at if result else None,
                result_id=result.id if result else None,
                held=result is not None and result.review_id is not None,
            )
    return grades


def chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """``items`` in pieces that fit into one query."""
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))


class _ResultRow(NamedTuple):
    id: int
    submission_id: int
    release_id: int
    status: ResultStatus
    student_reason: str
    staff_reason: str
    created_at: datetime
    shown: str
    """What its assignment lets students see of a failed test, now."""
    review_id: int | None
    """Its review, while that is open."""


class _ScoreRow(NamedTuple):
    points: float | None
    status: str
    student_message: str
    staff_message: str


class _ManualRow(NamedTuple):
    points: float | None
    comment: str


_Key = tuple[int, str, str]


def _counting_results(session: Session, submission_ids: list[int]) -> dict[int, _ResultRow]:
    rows = session.execute(
        select(
            Result.id,
            Result.submission_id,
            Result.release_id,
            Result.status,
            Result.student_reason,
            Result.staff_reason,
            Result.created_at,
            Assignment.shown,
            Review.id,
        )
        .join(Submission, Submission.id == Result.submission_id)
        .join(Assignment, Assignment.id == Submission.assignment_id)
        .outerjoin(Review, and_(Review.result_id == Result.id, Review.looked_at.is_(None)))
        .where(Result.submission_id.in_(submission_ids))
        .order_by(Result.id)
    )
    counting: dict[int, _ResultRow] = {}
    for row in map(_ResultRow._make, rows):
        before = counting.get(row.submission_id)
        if before is None or before.status is not ResultStatus.graded or row.status is ResultStatus.graded:
            counting[row.submission_id] = row
    return counting


def questions_of(session: Session, release_ids: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
    """The questions of releases, by release id."""
    rows = session.execute(select(Release.id, Release.questions).where(Release.id.in_(release_ids)))
    return dict(rows.all())


def _scores(session: Session, result_ids: list[int]) -> dict[_Key, _ScoreRow]:
    rows = session.execute(
        select(
            Score.result_id,
            Score.notebook,
            Score.grade_id,
            Score.points,
            Score.status,
            Score.student_message,
            Score.staff_message,
        ).where(Score.result_id.in_(result_ids))
    )
    return {(row[0], row[1], row[2]): _ScoreRow._make(row[3:]) for row in rows}


def _manual(session: Session, submission_ids: list[int]) -> dict[_Key, _ManualRow]:
    rows = session.execute(
        select(ManualScore.submission_id, ManualScore.notebook, ManualScore.grade_id, ManualScore.points, ManualScore.comment)
        .where(ManualScore.submission_id.in_(submission_ids))
        .order_by(ManualScore.id)
    )
    return {(row[0], row[1], row[2]): _ManualRow._make(row[3:]) for row in rows}


def _question_grade(question: dict[str, Any], score: _ScoreRow | None, manual: _ManualRow | None, shown: Shown) -> QuestionGrade:
    return QuestionGrade(
        notebook=question["notebook"],
        grade_id=question["grade_id"],
        title=question["title"],
        kind=question["kind"],
        auto=score.points if score else None,
        manual=manual.points if manual else None,
        max_points=float(question["points"]),
        status=score.status if score else "not_run",
        message=narrow(score.student_message, cast("CellStatus", score.status), shown) if score else "",
        staff_message=score.staff_message if score else "",
        comment=manual.comment if manual else "",
    )
