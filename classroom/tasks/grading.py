"""What grading workers send back."""

from typing import Any

from classroom.services import grading, release_checks
from classroom.tasks.base import Tools


def grade_progress(tools: Tools, *, job_id: str, cells_done: int, cells_total: int) -> None:
    """A sign of life of a job."""
    with tools.context.sessions.begin() as session:
        grading.note_progress(session, job_id=job_id, cells_done=cells_done, cells_total=cells_total, now=tools.context.now())


def record_result(tools: Tools, *, job_id: str, result: dict[str, Any]) -> None:
    """How a job ended. A second reply changes nothing."""
    with tools.context.sessions.begin() as session:
        grading.record_result(
            session, job_id=job_id, result=result, now=tools.context.now(), tries=tools.context.settings.job_tries
        )
    tools.send_pending()


def record_check(tools: Tools, *, release_id: int, problems: object) -> None:
    """What was found in a release. A second reply replaces the first, and is the same."""
    with tools.context.sessions.begin() as session:
        release_checks.record(session, release_id=release_id, problems=problems, now=tools.context.now())
