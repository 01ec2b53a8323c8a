from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from classroom.models import Course, Operation, OperationKind, OperationState, OutboxMessage
from classroom.services import operations


def _started(session: Session, course: Course, now: datetime) -> Operation:
    return operations.start(session, kind=OperationKind.provision, course=course, now=now)


def _messages(session: Session) -> int:
    session.flush()
    return session.scalar(select(func.count()).select_from(OutboxMessage)) or 0


def test_an_operation_leaves_one_message_for_the_portal_worker(session: Session, course: Course, now: datetime) -> None:
    operation = _started(session, course, now)

    message = session.scalars(select(OutboxMessage)).one()

    assert (message.task, message.queue) == ("classroom.run_operation", "operations")
    assert message.arguments == {"operation_id": operation.id}


def test_starting_what_still_waits_starts_nothing_new(session: Session, course: Course, now: datetime) -> None:
    first = _started(session, course, now)

    second = _started(session, course, now)

    assert second.id == first.id
    assert _messages(session) == 1


def test_what_runs_already_does_not_stop_a_new_start(session: Session, course: Course, now: datetime) -> None:
    first = _started(session, course, now)
    operations.claim(session, operation_id=first.id, now=now)

    second = _started(session, course, now)

    assert second.id != first.id


def test_only_one_worker_gets_an_operation(session: Session, course: Course, now: datetime) -> None:
    operation = _started(session, course, now)

    first = operations.claim(session, operation_id=operation.id, now=now)
    second = operations.claim(session, operation_id=operation.id, now=now + timedelta(seconds=5))

    assert first is operation
    assert second is None


def test_an_operation_that_lost_its_worker_can_be_claimed_again(session: Session, course: Course, now: datetime) -> None:
    operation = _started(session, course, now)
    operations.claim(session, operation_id=operation.id, now=now)

    again = operations.claim(session, operation_id=operation.id, now=now + timedelta(seconds=61))

    assert again is operation


def test_a_finished_operation_is_never_claimed(session: Session, course: Course, now: datetime) -> None:
    operation = _started(session, course, now)
    operations.finish(operation, now=now, problems=["Ada has no home."])
    session.flush()

    assert operations.claim(session, operation_id=operation.id, now=now + timedelta(days=1)) is None


def test_the_reaper_sends_again_what_fell_silent(session: Session, course: Course, now: datetime) -> None:
    operation = _started(session, course, now)
    operations.claim(session, operation_id=operation.id, now=now)
    session.flush()

    assert operations.run_again(session, now=now + timedelta(seconds=30)) == 0
    assert operations.run_again(session, now=now + timedelta(seconds=61)) == 1
    assert operations.run_again(session, now=now + timedelta(seconds=62)) == 0
    assert _messages(session) == 2


def test_an_operation_that_was_put_off_waits_longer_each_time(session: Session, course: Course, now: datetime) -> None:
    operation = _started(session, course, now)
    sent_at, moment = [], now
    for _ in range(3600):
        moment += timedelta(seconds=5)
        if operations.run_again(session, now=moment):
            sent_at.append(moment)
            operations.put_off(operation, reason="The hub does not answer.", now=moment)
        session.flush()

    waits = [later - earlier for earlier, later in pairwise(sent_at)]

    assert waits[0] <= timedelta(seconds=15)
    assert max(waits) <= timedelta(minutes=5, seconds=5)
    assert waits == sorted(waits)


def test_asking_again_for_an_operation_that_was_put_off_runs_it_now(session: Session, course: Course, now: datetime) -> None:
    operation = _started(session, course, now)
    operations.put_off(operation, reason="The hub does not answer.", now=now)

    _started(session, course, now + timedelta(seconds=1))

    assert _messages(session) == 2


def test_after_a_day_without_success_an_operation_has_failed(session: Session, course: Course, now: datetime) -> None:
    operation = _started(session, course, now)

    operations.put_off(operation, reason="The hub does not answer.", now=now + timedelta(days=1))

    assert operation.state == OperationState.failed
    assert operations.progress(operation)["problems"] == ["The hub does not answer."]


def test_progress_is_plain_numbers(session: Session, course: Course, now: datetime) -> None:
    operation = _started(session, course, now)

    operations.advance(operation, done=25, total=300, now=now)

    shown = operations.progress(operation)
    assert (shown["done"], shown["total"], shown["percent"], shown["ended"]) == (25, 300, 8, False)


def test_a_thousand_problems_are_shortened(session: Session, course: Course, now: datetime) -> None:
    operation = _started(session, course, now)

    operations.finish(operation, now=now, problems=[f"Student {number} failed." for number in range(1000)])

    assert len(operation.problems) == 201
    assert operation.problems[-1] == "… and 800 more."


def test_operations_that_found_nothing_to_do_are_no_news(session: Session, course: Course, now: datetime) -> None:
    worked = _started(session, course, now)
    idle = operations.start(session, kind=OperationKind.deliver, course=course, now=now)
    operations.advance(worked, done=3, total=3, now=now)
    for operation in (worked, idle):
        operations.finish(operation, now=now)

    assert operations.recent(session, course=course) == [worked]
