"""Background operations that people watch: started here, run by the portal worker, run again when they fell silent.

An operation is claimed by one worker at a time. A worker that died leaves it ``running`` without a sign of life; after
SILENCE it counts as free again. One that could not go on (the hub is away) waits a little longer each time.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from classroom.messages import OPERATIONS_QUEUE
from classroom.models import Assignment, Course, Operation, OperationKind, OperationState, Person
from classroom.services import outbox

RUN_TASK = "classroom.run_operation"
SILENCE = timedelta(seconds=60)
"""After so long without a sign of life a running operation has lost its worker."""
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(minutes=5)
GIVE_UP = timedelta(days=1)
"""An operation that could not be finished for so long ends as failed."""
_PROBLEMS_KEPT = 200


def start(
    session: Session,
    *,
    kind: OperationKind,
    course: Course,
    assignment: Assignment | None = None,
    actor: Person | None = None,
    now: datetime,
) -> Operation:
    """An operation that begins after the commit. One that still waits for a worker is returned instead of a second."""
    waiting = select(Operation).where(
        Operation.kind == kind,
        Operation.course_id == course.id,
        Operation.assignment_id.is_(None) if assignment is None else Operation.assignment_id == assignment.id,
        Operation.state == OperationState.queued,
    )
    if kind is OperationKind.collect:  # a deadline's collection is for some, what a teacher asks for is for everybody
        waiting = waiting.where(Operation.created_by_id.is_(None) if actor is None else Operation.created_by_id.is_not(None))
    if operation := session.scalar(waiting.limit(1)):
        if operation.problems:  # it was put off: somebody is asking for it now
            _send(session, operation, now)
        return operation
    operation = Operation(
        kind=kind,
        course_id=course.id,
        assignment_id=assignment.id if assignment else None,
        state=OperationState.queued,
        done=0,
        total=0,
        problems=[],
        created_by_id=actor.id if actor else None,
        created_at=now,
        heartbeat_at=now,
    )
    session.add(operation)
    session.flush()
    _send(session, operation, now)
    return operation


def claim(session: Session, *, operation_id: int, now: datetime) -> Operation | None:
    """Take the operation for this worker. None when it ended or another worker is at it: the message was a repeat."""
    lost = (Operation.state == OperationState.running) & (Operation.heartbeat_at < now - SILENCE)
    taken = session.scalar(
        update(Operation)
        .where(Operation.id == operation_id, (Operation.state == OperationState.queued) | lost)
        .values(state=OperationState.running, heartbeat_at=now)
        .returning(Operation.id)
        .execution_options(synchronize_session=False)
    )
    return None if taken is None else session.get(Operation, operation_id, populate_existing=True)


def advance(operation: Operation, *, done: int, total: int, now: datetime) -> None:
    """Note progress; also the sign of life that keeps others from running it again."""
    operation.done, operation.total, operation.heartbeat_at = done, max(done, total), now


def finish(operation: Operation, *, now: datetime, problems: Sequence[str] = ()) -> None:
    """The operation did what it could; ``problems`` are sentences about people it could not serve."""
    operation.state = OperationState.done
    operation.problems = _shortened(problems)
    operation.heartbeat_at = operation.finished_at = now


def put_off(operation: Operation, *, reason: str, now: datetime) -> None:
    """Leave the operation for later because of ``reason`` (a sentence for staff); after a day of that it has failed."""
    operation.problems = [reason]
    operation.heartbeat_at = now
    if now - operation.created_at < GIVE_UP:
        operation.state = OperationState.queued
    else:
        operation.state, operation.finished_at = OperationState.failed, now


def run_again(session: Session, *, now: datetime) -> int:
    """Send the message again for each operation that lost its worker or its message, and return how many."""
    live = select(Operation).where(
        Operation.state.in_([OperationState.queued, OperationState.running]), Operation.heartbeat_at < now - FIRST_WAIT
    )
    stale = [operation for operation in session.scalars(live) if now - operation.heartbeat_at > _patience(operation, now)]
    for operation in stale:
        operation.state, operation.heartbeat_at = OperationState.queued, now
        _send(session, operation, now)
    return len(stale)


def recent(session: Session, *, course: Course, limit: int = 10) -> list[Operation]:
    """The newest operations of a course, newest first. Those that found nothing to do are no news."""
    idle = (Operation.state == OperationState.done) & (Operation.total == 0)
    newest = select(Operation).where(Operation.course_id == course.id, ~idle).order_by(Operation.id.desc())
    return list(session.scalars(newest.limit(limit)))


def progress(operation: Operation) -> dict[str, Any]:
    """What a page or a script shows of an operation; plain data."""
    ended = operation.state in (OperationState.done, OperationState.failed)
    share = operation.done / operation.total if operation.total else float(operation.state == OperationState.done)
    return {
        "id": operation.id,
        "kind": operation.kind.value,
        "state": operation.state.value,
        "done": operation.done,
        "total": operation.total,
        "percent": int(share * 100),
        "ended": ended,
        "problems": list(operation.problems),
    }


def _patience(operation: Operation, now: datetime) -> timedelta:
    if operation.state == OperationState.running:
        return SILENCE
    return min(max((now - operation.created_at) / 4, FIRST_WAIT), LONGEST_WAIT)


def _send(session: Session, operation: Operation, now: datetime) -> None:
    outbox.enqueue(session, task=RUN_TASK, queue=OPERATIONS_QUEUE, arguments={"operation_id": operation.id}, now=now)


def _shortened(problems: Sequence[str]) -> list[str]:
    kept = list(problems[:_PROBLEMS_KEPT])
    return [*kept, f"… and {len(problems) - len(kept)} more."] if len(problems) > len(kept) else kept
