"""Students' work handed in: an immutable snapshot with a receipt, stored before anything else happens to it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from classroom.config import Settings
from classroom.errors import Conflict, HomeroomError
from classroom.models import Assignment, Enrolment, Submission, Trigger
from classroom.services import deadlines, grading, lateness, manifests, snapshots
from classroom.services.manifests import Manifest
from grader.files import FileStore
from hub_bridge.homes import Homes

_TRIES = 5


@dataclass(frozen=True, slots=True)
class HandIn:
    """What is about to be handed in: whose home, which folder, which notebooks. Plain data, free of the database."""

    hub_name: str
    folder: str
    wanted: list[str]


def prepare(session: Session, *, enrolment: Enrolment, assignment: Assignment, now: datetime) -> HandIn:
    """What to take from the student's home. Raises HomeroomError when the assignment takes no work of theirs now."""
    check_open(session, enrolment=enrolment, assignment=assignment, now=now)
    return work_of(enrolment=enrolment, assignment=assignment)


def work_of(*, enrolment: Enrolment, assignment: Assignment) -> HandIn:
    """Where the student's work on a released assignment lies, whether or not it may be handed in now."""
    assert assignment.release is not None
    wanted = manifests.notebooks(assignment.release.release_files)
    return HandIn(enrolment.person.hub_name, snapshots.folder(assignment), wanted)


def take(hand_in: HandIn, *, files: FileStore, homes: Homes, limits: Settings) -> Manifest:
    """Keep what lies in the student's folder at this moment. It may be large: no transaction should be open meanwhile.

    Raises HomeroomError with what to do: nothing to hand in, too large.
    """
    contents = snapshots.take(homes, hub_name=hand_in.hub_name, folder=hand_in.folder, limits=limits)
    snapshots.check_notebooks(contents, wanted=hand_in.wanted, folder=hand_in.folder)
    return manifests.store(files, contents)


def check_open(session: Session, *, enrolment: Enrolment, assignment: Assignment, now: datetime) -> None:
    """Raise HomeroomError when this assignment takes no work of this student now."""
    if assignment.release is None or assignment.published_at is None or (assignment.opens_at or now) > now:
        raise HomeroomError(f"{assignment.title} is not open yet.")
    if not assignment.accepts_late and is_late(session, enrolment=enrolment, assignment=assignment, now=now):
        raise HomeroomError(f"{assignment.title} was due and takes no late work. Ask for more time on its page if you need it.")


def is_late(session: Session, *, enrolment: Enrolment, assignment: Assignment, now: datetime) -> bool:
    """Whether the student's own deadline has passed."""
    due_at = deadlines.due_for(session, enrolment=enrolment, assignment=assignment)
    return due_at is not None and now > due_at


def record(
    session: Session, *, enrolment: Enrolment, assignment: Assignment, manifest: Manifest, trigger: Trigger, now: datetime
) -> Submission:
    """Write the attempt whose files are in the content store, and have it graded. Two at once make one attempt."""
    digest = manifests.digest(manifest)
    due_at = deadlines.due_for(session, enrolment=enrolment, assignment=assignment)
    for _ in range(_TRIES):
        last = latest(session, enrolment=enrolment, assignment=assignment)
        if last is not None and last.digest == digest:
            return last
        submission = Submission(
            enrolment_id=enrolment.id,
            assignment_id=assignment.id,
            release_id=assignment.release_id,
            attempt=last.attempt + 1 if last else 1,
            digest=digest,
            files=manifest,
            received_at=now,
            trigger=trigger,
            late=lateness.is_late(due_at=due_at, received_at=now, trigger=trigger),
        )
        try:
            with session.begin_nested():
                session.add(submission)
        except IntegrityError:
            continue  # another tab had this attempt's number first; look again
        grading.start_job(session, submission=submission, now=now)
        return submission
    raise Conflict("This assignment is being handed in from several places at once. Try again in a moment.")


def latest(session: Session, *, enrolment: Enrolment, assignment: Assignment) -> Submission | None:
    """The newest attempt: the one that counts."""
    attempts = select(Submission).where(Submission.enrolment_id == enrolment.id, Submission.assignment_id == assignment.id)
    return session.scalar(attempts.order_by(Submission.attempt.desc()).limit(1))


def attempts_of(session: Session, *, enrolment: Enrolment, assignment: Assignment) -> list[Submission]:
    """All attempts, newest first."""
    attempts = select(Submission).where(Submission.enrolment_id == enrolment.id, Submission.assignment_id == assignment.id)
    return list(session.scalars(attempts.order_by(Submission.attempt.desc())))
