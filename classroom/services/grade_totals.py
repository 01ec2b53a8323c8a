"""Grades as lists and averages need them: state and points of many submissions at once, added up by the database.

The rules are those of submission_grades; whatever adding up alone cannot tell is asked there.
"""

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Select, and_, case, exists, func, select
from sqlalchemy.orm import Session, aliased

from classroom.models import ManualScore, Result, ResultStatus, Review, Score, Submission
from classroom.services.submission_grades import GradeState, grades_of, questions_of, state_of, tidy


@dataclass(frozen=True, slots=True)
class GradeTotal:
    """One submission's grade without its questions; ``status`` is None while there is no result."""

    status: ResultStatus | None
    score: float
    max_score: float
    complete: bool
    held: bool = False
    """Whether a person must look at what the machine noticed before the student may see it."""

    @property
    def state(self) -> GradeState:
        """Whether it waits for the machine, for a person, or for nothing."""
        return state_of(self.status, complete=self.complete, held=self.held)


def grade_totals(session: Session, *, submission_ids: Select[int]) -> dict[int, GradeTotal]:
    """Totals by submission id, in the same few queries for ten submissions or thousands."""
    releases = dict(session.execute(select(Submission.id, Submission.release_id).where(Submission.id.in_(submission_ids))).all())
    sums = {row.submission_id: row for row in map(_Sum._make, session.execute(_sums(submission_ids)))}
    by_hand = set(session.scalars(select(ManualScore.submission_id).where(ManualScore.submission_id.in_(submission_ids))))
    questions = questions_of(session, {*releases.values(), *(row.release_id for row in sums.values())})
    totals: dict[int, GradeTotal] = {}
    unclear: list[int] = []
    for id_, release_id in releases.items():
        row = sums.get(id_, _Sum(id_, release_id, None, None, 0, 0, 0.0))
        asked = questions[row.release_id]
        if row.questions != len(asked) and id_ in by_hand:
            unclear.append(id_)  # points by hand for questions that the machine left no row for
            continue
        is_complete = row.status is not None and row.given == len(asked)
        most = tidy(sum(float(one["points"]) for one in asked))
        totals[id_] = GradeTotal(row.status, tidy(row.points), most, is_complete, held=row.review_id is not None)
    return totals | _the_long_way(session, unclear)


class _Sum(NamedTuple):
    submission_id: int
    release_id: int
    status: ResultStatus | None
    review_id: int | None
    questions: int
    given: int
    points: float


def _sums(submission_ids: Select[int]) -> Select[int, int, ResultStatus, int | None, int, int, float]:
    """Per submission: the result that counts, its open review, its questions, how many of them have points, and the points."""
    graded = func.max(case((Result.status == ResultStatus.graded, Result.id)))
    counting = (
        select(func.coalesce(graded, func.max(Result.id)))
        .where(Result.submission_id.in_(submission_ids))
        .group_by(Result.submission_id)
    )
    newer = aliased(ManualScore)
    # Not "id in (the newest ids)": SQLite would go through that whole list for every question.
    by_hand = and_(
        ManualScore.submission_id == Result.submission_id,
        ManualScore.notebook == Score.notebook,
        ManualScore.grade_id == Score.grade_id,
        ~exists().where(
            newer.submission_id == ManualScore.submission_id,
            newer.notebook == ManualScore.notebook,
            newer.grade_id == ManualScore.grade_id,
            newer.id > ManualScore.id,
        ),
    )
    points = func.coalesce(ManualScore.points, Score.points)
    return (
        select(
            Result.submission_id,
            Result.release_id,
            Result.status,
            Review.id,
            func.count(Score.id),
            func.count(points),
            func.coalesce(func.sum(points), 0.0),
        )
        .select_from(Result)
        .outerjoin(Score, Score.result_id == Result.id)
        .outerjoin(ManualScore, by_hand)
        .outerjoin(Review, and_(Review.result_id == Result.id, Review.looked_at.is_(None)))
        .where(Result.id.in_(counting))
        .group_by(Result.submission_id, Result.release_id, Result.status, Review.id)
    )


def _the_long_way(session: Session, submission_ids: list[int]) -> dict[int, GradeTotal]:
    if not submission_ids:
        return {}
    submissions = session.scalars(select(Submission).where(Submission.id.in_(submission_ids))).all()
    grades = grades_of(session, submissions=submissions)
    return {id_: GradeTotal(one.status, one.score, one.max_score, one.complete, one.held) for id_, one in grades.items()}
