"""Work of those who did not press Submit, taken from their homes at the deadline or when a teacher asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, joinedload

from classroom.errors import HomeroomError, Unavailable
from classroom.models import (
    Assignment,
    Enrolment,
    Operation,
    OperationKind,
    Person,
    Release,
    Submission,
    Trigger,
)
from classroom.services import deadlines, manifests, operations, snapshots, submissions
from classroom.services.class_list import student_ids
from classroom.services.manifests import Manifest
from classroom.services.operation_context import OperationContext
from classroom.services.side_by_side import side_by_side

BATCH = 50
_NAMES_SHOWN = 20


def start_collection(session: Session, *, assignment: Assignment, actor: Person | None, now: datetime) -> Operation:
    """Collect now from everyone who has handed in nothing. Raises HomeroomError when there is nothing out."""
    if assignment.published_at is None or assignment.release_id is None:
        raise HomeroomError(f"{assignment.title} is not published, so nobody has it yet.")
    return operations.start(
        session, kind=OperationKind.collect, course=assignment.course, assignment=assignment, actor=actor, now=now
    )


def run_collect(context: OperationContext, operation_id: int) -> None:
    """Snapshot the folder of every active student without an attempt, 50 at a time; those who never began stay without."""
    with context.sessions() as session:
        operation = operations.claim(session, operation_id=operation_id, now=context.now())
        if operation is None:
            return
        job = _prepare(session, context, operation)
        waiting = [] if _is_early(job, context.now()) else _waiting(session, job, operation, context.now())
        operations.advance(operation, done=0, total=len(waiting), now=context.now())
        session.commit()
    problems: list[str] = []
    idle: list[str] = []
    for start in range(0, len(waiting), BATCH):
        found = _look(context, job, waiting[start : start + BATCH])
        problems += [f"{look.name}: {look.problem}" for look in found if look.problem]
        idle += [look.name for look in found if look.manifest is None and not look.problem]
        with context.sessions() as session:
            _record(session, job, found, context.now())
            operation = session.get_one(Operation, operation_id)
            operations.advance(operation, done=start + len(found), total=len(waiting), now=context.now())
            session.commit()
    if idle:
        problems.append(_not_started(idle))
    with context.sessions.begin() as session:
        operations.finish(session.get_one(Operation, operation_id), now=context.now(), problems=problems)


def _not_started(names: list[str]) -> str:
    shown = ", ".join(sorted(names)[:_NAMES_SHOWN])
    rest = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
    return f"Not started, so nothing was collected: {shown}{rest}."


@dataclass(frozen=True, slots=True)
class _Job:
    """One collection: what is collected, and what the homes had been given."""

    assignment: Assignment
    folder: str
    wanted: list[str]
    delivered: snapshots.Delivered
    trigger: Trigger


@dataclass(frozen=True, slots=True)
class _Look:
    """What was found in one home: ``manifest`` is None when there is nothing to hand in."""

    enrolment: Enrolment
    manifest: Manifest | None = None
    problem: str = ""

    @property
    def name(self) -> str:
        return self.enrolment.person.display_name


def _prepare(session: Session, context: OperationContext, operation: Operation) -> _Job:
    assignment = session.scalars(
        select(Assignment)
        .where(Assignment.id == operation.assignment_id)
        .options(joinedload(Assignment.course), joinedload(Assignment.release))
    ).one()
    assert assignment.release is not None
    releases = session.scalars(select(Release.release_files).where(Release.assignment_id == assignment.id)).all()
    versions = [manifests.read(context.files, e) for files in releases for e in files if e["path"].endswith(".ipynb")]
    return _Job(
        assignment=assignment,
        folder=snapshots.folder(assignment),
        wanted=manifests.notebooks(assignment.release.release_files),
        delivered=snapshots.Delivered(versions),
        trigger=Trigger.deadline if operation.created_by_id is None else Trigger.teacher,
    )


def _is_early(job: _Job, now: datetime) -> bool:
    """Whether the deadline was moved after its collection had been started."""
    due_at = job.assignment.due_at
    return job.trigger is Trigger.deadline and (due_at is None or due_at > now)


def _waiting(session: Session, job: _Job, operation: Operation, now: datetime) -> Sequence[int]:
    """Students without an attempt; at a deadline only those whose own it is."""
    handed_in = exists().where(Submission.enrolment_id == Enrolment.id, Submission.assignment_id == job.assignment.id)
    wanted = student_ids(job.assignment.course_id).where(~handed_in)
    if job.trigger is Trigger.deadline:
        since = _last_deadline(session, operation)
        wanted = wanted.where(deadlines.is_due_now(session, assignment=job.assignment, since=since, now=now))
    return session.scalars(wanted.order_by(Enrolment.id)).all()


def _last_deadline(session: Session, operation: Operation) -> datetime | None:
    """When the deadline's collection before this one was started."""
    before = select(func.max(Operation.created_at)).where(
        Operation.kind == OperationKind.collect,
        Operation.assignment_id == operation.assignment_id,
        Operation.created_by_id.is_(None),
        Operation.id < operation.id,
    )
    return session.scalar(before)


def _look(context: OperationContext, job: _Job, enrolment_ids: Sequence[int]) -> list[_Look]:
    """The work on the disk, without a lock on the database."""
    with context.sessions() as session:
        session.connection(execution_options={"homeroom_read_only": True})
        people = select(Enrolment).options(joinedload(Enrolment.person)).where(Enrolment.id.in_(enrolment_ids))
        enrolments = session.scalars(people.order_by(Enrolment.id)).all()
    return side_by_side(lambda enrolment: _look_at(context, job, enrolment), enrolments)


def _look_at(context: OperationContext, job: _Job, enrolment: Enrolment) -> _Look:
    try:
        contents = snapshots.take(context.homes, hub_name=enrolment.person.hub_name, folder=job.folder, limits=context.settings)
        if not job.delivered.is_changed_in(contents):
            return _Look(enrolment)
        snapshots.check_notebooks(contents, wanted=job.wanted, folder=job.folder)
    except Unavailable:
        raise
    except HomeroomError as error:
        return _Look(enrolment, problem=str(error))
    return _Look(enrolment, manifest=manifests.store(context.files, contents))


def _record(session: Session, job: _Job, found: list[_Look], now: datetime) -> None:
    pressed_meanwhile = set(
        session.scalars(
            select(Submission.enrolment_id).where(
                Submission.assignment_id == job.assignment.id,
                Submission.enrolment_id.in_([look.enrolment.id for look in found]),
            )
        )
    )
    assignment = session.get_one(Assignment, job.assignment.id)
    for look in found:
        if look.manifest is not None and look.enrolment.id not in pressed_meanwhile:
            submissions.record(
                session,
                enrolment=look.enrolment,
                assignment=assignment,
                manifest=look.manifest,
                trigger=job.trigger,
                now=now,
            )
