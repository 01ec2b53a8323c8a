"""What grading workers send back about students' checks."""

from classroom.services import work_checks
from classroom.tasks.base import Tools


def check_progress(tools: Tools, *, check_id: int, cells_done: int, cells_total: int) -> None:
    """A sign of life of a check."""
    with tools.context.sessions.begin() as session:
        work_checks.note_progress(session, check_id=check_id, cells_done=cells_done, cells_total=cells_total)


def record_work_check(tools: Tools, *, check_id: int, reply: object) -> None:
    """What was found in a student's work. A second reply changes nothing."""
    with tools.context.sessions.begin() as session:
        work_checks.record(session, check_id=check_id, reply=reply, now=tools.context.now())
