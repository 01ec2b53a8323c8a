"""What grading workers send back."""

from typing import Any

from classroom.services import grading
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
