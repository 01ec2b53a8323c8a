"""Checks that a seminar's guests ask for: a grading worker runs their notebook with the tests they can see.

They take the way of students' checks (work_checks.py), with the files that guests were given in the place of a release's source.
What is found is told to the guest and shown on the teacher's wall. No points, no attempt.
"""

import logging
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from classroom.config import Settings
from classroom.errors import Conflict, NotFound
from classroom.messages import CHECKS_QUEUE
from classroom.models import CheckState, Guest, GuestCheck, Seminar
from classroom.services import check_replies, manifests, outbox, seminar_wall, work_checks
from classroom.services.exercise_checks import Run, verdicts
from classroom.services.manifests import Manifest
from classroom.services.seminar_progress import State
from classroom.services.submissions import HandIn
from classroom.services.work_checks import CHECK_TASK, WINDOW
from grader import jobs
from grader.files import FileStore, MissingFile
from grader.jobs import FileRef

log = logging.getLogger(__name__)


def notebook_at(seminar: Seminar, path: str) -> str:
    """The seminar's notebook that lies at ``path`` of a guest's home, in its folder. Raises NotFound for any other file."""
    folder, _, notebook = path.strip("/").partition("/")
    if folder != seminar.folder or notebook not in manifests.notebooks(seminar.files):
        raise NotFound("This file is none of the seminar's notebooks, so there is nothing to check it with.")
    return notebook


def work_of(guest: Guest, notebook: str) -> HandIn:
    """Where the guest's work lies."""
    assert guest.seat is not None
    return HandIn(guest.seat.hub_name, guest.seminar.folder, [notebook])


def check_pace(session: Session, *, guest: Guest, settings: Settings, now: datetime) -> None:
    """Raise TooManyChecks when this guest must wait. To be called before their files are read, too."""
    theirs = select(func.count(), func.min(GuestCheck.asked_at))
    count, first = session.execute(theirs.where(GuestCheck.guest_id == guest.id, GuestCheck.asked_at > now - WINDOW)).one()
    work_checks.refuse_too_many(_running(session, guest), count=count, first=first, at_most=settings.checks_at_most, now=now)


def ask(session: Session, *, guest: Guest, notebook: str, manifest: Manifest, settings: Settings, now: datetime) -> GuestCheck:
    """Have one notebook of files that are in the content store checked; the same files get the answer they had.

    Raises TooManyChecks when this guest must wait, Conflict when two asked at once.
    """
    work = _only(manifest, notebook)
    digest = manifests.digest(work)
    version = guest.seminar.version
    same = _of(guest).where(GuestCheck.digest == digest, GuestCheck.notebook == notebook, GuestCheck.version == version)
    for known in session.scalars(same):
        if work_checks.is_awaited(known, now=now) or known.reply.get("status") in {"checked", "unusable"}:
            return known
    check_pace(session, guest=guest, settings=settings, now=now)
    if running := _running(session, guest):
        work_checks.end(running, {}, now=now)  # its message or its worker got lost
        session.flush()
    check = GuestCheck(guest_id=guest.id, notebook=notebook, version=version, digest=digest, files=work, asked_at=now)
    try:
        with session.begin_nested():
            session.add(check)
    except IntegrityError:
        raise Conflict("Another check of yours has just begun. Wait for its answer.") from None
    message = _message(check, _only(guest.seminar.files, notebook), settings)
    outbox.enqueue(session, task=CHECK_TASK, queue=CHECKS_QUEUE, arguments=message, now=now)
    return check


def latest(session: Session, *, guest: Guest) -> GuestCheck | None:
    """The newest check."""
    return session.scalar(_of(guest).limit(1))


def own_check(session: Session, *, guest: Guest, check_id: int) -> GuestCheck:
    """A check of this very guest's. Raises NotFound."""
    check = session.scalar(_of(guest).where(GuestCheck.id == check_id))
    if check is None:
        raise NotFound("There is no such check.")
    return check


def note_progress(session: Session, *, check_id: int, cells_done: int, cells_total: int) -> None:
    """A sign of life from the worker. Nothing happens when the check has ended or never was."""
    work_checks.note(session.get(GuestCheck, check_id), cells_done=cells_done, cells_total=cells_total)


def record(session: Session, *, check_id: int, reply: object, files: FileStore, now: datetime) -> bool:
    """Keep what a worker found and show it on the wall; False when it was answered before, or nobody asked."""
    check = session.get(GuestCheck, check_id, with_for_update=True, populate_existing=True)
    if check is None or check.reply:
        return False
    found = check_replies.read(reply, is_question=lambda notebook, _grade_id: notebook == check.notebook)
    states: dict[str, State] = {}
    if found["status"] == "checked":
        found, states = _by_exercise(check, found, check_replies.ran(reply), files)
    elif found["status"] == "our_fault":
        log.warning("check %d of a guest failed on our side: %s", check_id, found["reason"])
    work_checks.end(check, found, now=now)
    session.flush()
    if states and check.notebook == check.guest.seminar.notebook:
        seminar_wall.record_check(session, guest_id=check.guest_id, states=states, now=now)
    return True


def forget(session: Session, *, before: datetime) -> None:
    """Remove checks asked for before a time."""
    old = select(GuestCheck.id).where(GuestCheck.asked_at < before).limit(1000)
    session.execute(delete(GuestCheck).where(GuestCheck.id.in_(list(session.scalars(old)))))


def forget_all(session: Session, *, seminar: Seminar) -> None:
    """Remove all checks of a seminar's guests."""
    theirs = select(Guest.id).where(Guest.seminar_id == seminar.id)
    session.execute(delete(GuestCheck).where(GuestCheck.guest_id.in_(theirs)))


def _of(guest: Guest) -> Select[GuestCheck]:
    return select(GuestCheck).where(GuestCheck.guest_id == guest.id).order_by(GuestCheck.id.desc())


def _running(session: Session, guest: Guest) -> GuestCheck | None:
    return session.scalar(_of(guest).where(GuestCheck.state != CheckState.done))


def _only(manifest: Manifest, notebook: str) -> Manifest:
    """The files without the other notebooks: those are not run."""
    return [entry for entry in manifest if entry["path"] == notebook or not entry["path"].endswith(".ipynb")]


def _message(check: GuestCheck, given: Manifest, settings: Settings) -> dict[str, Any]:
    refs = tuple(FileRef(**entry) for entry in given)
    job = jobs.GradeJob(
        job_id=f"guest-{check.id}",
        source=refs,
        submission=tuple(FileRef(**entry) for entry in check.files),
        limits=jobs.Limits(),
    )
    sent = {"check_id": check.id, "job": job.to_json(), "released": given, "seconds": settings.check_seconds}
    return {**sent, "whose": "guest"}


def _by_exercise(
    check: GuestCheck, found: dict[str, Any], ran: frozenset[int], files: FileStore
) -> tuple[dict[str, Any], dict[str, State]]:
    """What is kept of an answer, by exercise, and the states for the wall. Of what nobody has begun no error is told."""
    given: Manifest = check.guest.seminar.versions[check.version - 1]["files"]
    checked, released = (_content(files, manifest, check.notebook) for manifest in (check.files, given))
    run = Run(
        questions={entry["grade_id"]: entry for entry in found["questions"]},
        errors={entry["cell"]: entry["message"] for entry in found["stumbles"] if entry["cell"] is not None},
        ran=ran,
    )
    made = verdicts(checked, released, run)
    untouched = {number for verdict, part in made if verdict.state == State.untouched for number in part.mine}
    kept = {
        "status": found["status"],
        "reason": found["reason"],
        "exercises": [
            {"title": verdict.exercise.title, "state": verdict.state.value, "message": verdict.message} for verdict, _ in made
        ],
        "stumbles": [entry for entry in found["stumbles"] if entry["cell"] not in untouched],
        "remarks": [],
    }
    return kept, {verdict.exercise.key: verdict.state for verdict, _ in made}


def _content(files: FileStore, manifest: Manifest, path: str) -> bytes:
    """Empty when the store has lost it: then there is nothing to say by exercise."""
    entry = next((entry for entry in manifest if entry["path"] == path), None)
    try:
        return files.get(entry["sha256"]) if entry else b""
    except MissingFile:
        return b""
