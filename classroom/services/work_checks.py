"""Checks that students ask for before they hand in: a grading worker runs their work with the tests they can see.

A check is no attempt and gives no points. Its job names the teacher's files, as every job does; the worker cuts out what is
hidden before it runs anything, so that no answer can hold it.
"""

import logging
import math
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from classroom.config import Settings
from classroom.errors import Conflict, HomeroomError, NotFound
from classroom.messages import CHECKS_QUEUE
from classroom.models import Assignment, CheckState, Enrolment, WorkCheck
from classroom.models.work_check import Check
from classroom.services import check_replies, manifests, outbox
from classroom.services.manifests import Manifest
from grader import jobs
from grader.jobs import FileRef

log = logging.getLogger(__name__)

CHECK_TASK = "grader.check_work"
PATIENCE = timedelta(minutes=5)
"""Longer than a check takes behind a few others; then it counts as lost and people may ask again."""
WINDOW = timedelta(minutes=10)
"""The time within which checks are counted."""


class TooManyChecks(HomeroomError):
    """Somebody asks for more checks than one person may; waiting helps."""

    status = 429


def ask(
    session: Session, *, enrolment: Enrolment, assignment: Assignment, manifest: Manifest, settings: Settings, now: datetime
) -> WorkCheck:
    """Have files that are in the content store checked. The same files are not run twice: their answer is the stored one.

    Raises TooManyChecks when this person must wait, Conflict when two asked at once.
    """
    digest = manifests.digest(manifest)
    if known := answered(session, enrolment=enrolment, assignment=assignment, digest=digest):
        return known
    running = _running(session, enrolment)
    if (
        running is not None
        and (running.assignment_id, running.digest) == (assignment.id, digest)
        and is_awaited(running, now=now)
    ):
        return running
    check_pace(session, enrolment=enrolment, settings=settings, now=now)
    if running is not None:
        end(running, {}, now=now)  # its message or its worker got lost
        session.flush()
    check = WorkCheck(
        enrolment_id=enrolment.id, assignment_id=assignment.id, release_id=assignment.release_id, digest=digest, asked_at=now
    )
    try:
        with session.begin_nested():
            session.add(check)
    except IntegrityError:
        raise Conflict("Another check of yours has just begun. Wait for its answer.") from None
    outbox.enqueue(
        session, task=CHECK_TASK, queue=CHECKS_QUEUE, arguments=_message(check, assignment, manifest, settings), now=now
    )
    return check


def check_pace(session: Session, *, enrolment: Enrolment, settings: Settings, now: datetime) -> None:
    """Raise TooManyChecks when this person must wait: for an answer, or because of those asked for in whatever courses.

    To be called before their files are read, too: what is refused should cost nothing.
    """
    running = _running(session, enrolment)
    theirs = select(func.count(), func.min(WorkCheck.asked_at)).join(WorkCheck.enrolment)
    count, first = session.execute(
        theirs.where(Enrolment.person_id == enrolment.person_id, WorkCheck.asked_at > now - WINDOW)
    ).one()
    try:
        refuse_too_many(running, count=count, first=first, at_most=settings.checks_at_most, now=now)
    except TooManyChecks as refusal:
        raise TooManyChecks(f"{refusal} You can hand in at any time.") from None


def refuse_too_many(running: Check | None, *, count: int, first: datetime | None, at_most: int, now: datetime) -> None:
    """Raise TooManyChecks while one's last check is awaited, and after ``count`` of them since ``first``, within the window."""
    if running is not None and is_awaited(running, now=now):
        raise TooManyChecks("Your last check is still running. Wait for its answer, then check again.")
    if first is not None and count >= at_most:
        minutes = max(1, math.ceil((first + WINDOW - now).total_seconds() / 60))
        raise TooManyChecks(f"You have checked {count} times within ten minutes. Check again in {minutes} min.")


def answered(session: Session, *, enrolment: Enrolment, assignment: Assignment, digest: str) -> WorkCheck | None:
    """The check of exactly these files against the current release, if it has an answer."""
    mine = _mine(enrolment, assignment).where(WorkCheck.digest == digest, WorkCheck.release_id == assignment.release_id)
    return next((check for check in session.scalars(mine) if check.reply and check.reply["status"] != "our_fault"), None)


def latest(session: Session, *, enrolment: Enrolment, assignment: Assignment) -> WorkCheck | None:
    """The newest check."""
    return session.scalar(_mine(enrolment, assignment).limit(1))


def own_check(session: Session, *, enrolment: Enrolment, assignment: Assignment, check_id: int) -> WorkCheck:
    """A check of this very student's, of this assignment. Raises NotFound."""
    check = session.scalar(_mine(enrolment, assignment).where(WorkCheck.id == check_id).options(joinedload(WorkCheck.release)))
    if check is None:
        raise NotFound("There is no such check. Checks are kept for a month.")
    return check


def is_awaited(check: Check, *, now: datetime) -> bool:
    """Whether an answer may still come soon; a message or a worker can get lost."""
    return check.state is not CheckState.done and now - check.asked_at < PATIENCE


def note_progress(session: Session, *, check_id: int, cells_done: int, cells_total: int) -> None:
    """A sign of life from the worker. Nothing happens when the check has ended or never was."""
    note(session.get(WorkCheck, check_id), cells_done=cells_done, cells_total=cells_total)


def note(check: Check | None, *, cells_done: int, cells_total: int) -> None:
    """The same of any check."""
    if check is not None and check.state is not CheckState.done:
        check.state, check.cells_done, check.cells_total = CheckState.running, cells_done, cells_total


def record(session: Session, *, check_id: int, reply: object, now: datetime) -> bool:
    """Keep what a worker found; False when it was answered before, or nobody asked."""
    check = session.get(WorkCheck, check_id, with_for_update=True, populate_existing=True)
    if check is None or check.reply:
        return False
    questions = {(question["notebook"], question["grade_id"]) for question in check.release.questions}
    end(check, check_replies.read(reply, is_question=lambda notebook, grade_id: (notebook, grade_id) in questions), now=now)
    if check.reply["status"] == "our_fault":
        log.warning("check %d failed on our side: %s", check_id, check.reply["reason"])
    return True


def forget(session: Session, *, before: datetime) -> None:
    """Remove checks asked for before a time."""
    old = select(WorkCheck.id).where(WorkCheck.asked_at < before).limit(1000)
    session.execute(delete(WorkCheck).where(WorkCheck.id.in_(list(session.scalars(old)))))


def _running(session: Session, enrolment: Enrolment) -> WorkCheck | None:
    return session.scalar(select(WorkCheck).where(WorkCheck.enrolment_id == enrolment.id, WorkCheck.state != CheckState.done))


def _mine(enrolment: Enrolment, assignment: Assignment) -> Select[WorkCheck]:
    wanted = select(WorkCheck).where(WorkCheck.enrolment_id == enrolment.id, WorkCheck.assignment_id == assignment.id)
    return wanted.order_by(WorkCheck.id.desc())


def _message(check: WorkCheck, assignment: Assignment, manifest: Manifest, settings: Settings) -> dict[str, Any]:
    release = assignment.release
    assert release is not None
    job = jobs.GradeJob(
        job_id=str(check.id),
        source=tuple(FileRef(**entry) for entry in release.source_files),
        submission=tuple(FileRef(**entry) for entry in manifest),
        limits=jobs.Limits(**assignment.limits),
    )
    return {"check_id": check.id, "job": job.to_json(), "released": release.release_files, "seconds": settings.check_seconds}


def end(check: Check, reply: dict[str, Any], *, now: datetime) -> None:
    """Write down how any check ended; an empty reply: no answer came."""
    check.state, check.finished_at, check.reply = CheckState.done, now, reply
