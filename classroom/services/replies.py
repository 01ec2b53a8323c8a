"""What a grading worker answers, read without trust: it ran next to student code."""

import math
from typing import Any

from classroom.models import GradeJob, Release, Score
from grader.jobs import CellScore, GradeResult

LONGEST_TEXT = 10_000


def read_reply(job_id: str, data: dict[str, Any]) -> GradeResult:
    """A worker's reply, or, when it makes no sense, that our machinery failed."""
    try:
        reply = GradeResult.from_json(data)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return GradeResult(job_id, "grader_error", staff_reason=f"The worker's reply could not be read: {error!r}")
    if reply.job_id != job_id or not all(_is_sound(cell) for cell in reply.cells):
        return GradeResult(job_id, "grader_error", staff_reason="The worker's reply belongs to another job or has wrong values.")
    return reply


def _is_sound(cell: CellScore) -> bool:
    texts: tuple[object, ...] = (cell.notebook, cell.grade_id, cell.status, cell.student_message, cell.staff_message)
    points: object = cell.points  # the type is a promise of the worker's, not a fact
    number = points is None or (isinstance(points, int | float) and math.isfinite(points))
    return number and all(isinstance(text, str) for text in texts)


def scores_of(release: Release, reply: GradeResult) -> list[Score]:
    """Points for exactly the questions of the release, never below zero, never above the most there is."""
    found = {(cell.notebook, cell.grade_id): cell for cell in reply.cells}
    scores = []
    for question in release.questions:
        cell = found.get((question["notebook"], question["grade_id"]))
        most = float(question["points"])
        scores.append(
            Score(
                notebook=question["notebook"],
                grade_id=question["grade_id"],
                points=None if cell is None or cell.points is None else min(max(float(cell.points), 0.0), most),
                max_points=most,
                status=cell.status[:20] if cell else "not_run",
                student_message=cell.student_message[:LONGEST_TEXT] if cell else "",
                staff_message=cell.staff_message[:LONGEST_TEXT] if cell else "The worker said nothing about this question.",
            )
        )
    return scores


def lost(job: GradeJob) -> GradeResult:
    """The result of a job that no worker ever finished."""
    return GradeResult(
        job.id, "grader_error", staff_reason=f"The job was sent {job.tries} times and its worker fell silent each time."
    )
