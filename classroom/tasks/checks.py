"""What grading workers send back about students' and guests' checks."""

from classroom.services import guest_checks, work_checks
from classroom.tasks.base import Tools


def check_progress(tools: Tools, *, check_id: int, cells_done: int, cells_total: int) -> None:
    """A sign of life of a check."""
    with tools.context.sessions.begin() as session:
        work_checks.note_progress(session, check_id=check_id, cells_done=cells_done, cells_total=cells_total)


def record_work_check(tools: Tools, *, check_id: int, reply: object) -> None:
    """What was found in a student's work. A second reply changes nothing."""
    with tools.context.sessions.begin() as session:
        work_checks.record(session, check_id=check_id, reply=reply, now=tools.context.now())


def guest_check_progress(tools: Tools, *, check_id: int, cells_done: int, cells_total: int) -> None:
    """A sign of life of a guest's check."""
    with tools.context.sessions.begin() as session:
        guest_checks.note_progress(session, check_id=check_id, cells_done=cells_done, cells_total=cells_total)


def record_guest_check(tools: Tools, *, check_id: int, reply: object) -> None:
    """What was found in a guest's work; the wall shows it. A second reply changes nothing."""
    with tools.context.sessions.begin() as session:
        guest_checks.record(session, check_id=check_id, reply=reply, files=tools.context.files, now=tools.context.now())
