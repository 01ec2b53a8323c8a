"""The portal worker's tasks, called directly, and its Celery configuration."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom.config import Settings
from classroom.db import SessionMaker
from classroom.errors import Unavailable
from classroom.messages import GRADING_QUEUE, OPERATIONS_QUEUE, PORTAL_QUEUE
from classroom.models import (
    Assignment,
    Course,
    Enrolment,
    GradeJob,
    JobState,
    Notification,
    Operation,
    OperationKind,
    OutboxMessage,
    Release,
    Result,
    ResultStatus,
    Submission,
    Trigger,
)
from classroom.services import operations, outbox
from classroom.services.operation_context import OperationContext
from classroom.tasks import app, grading, reaper
from classroom.tasks.base import PortalTask, Tools
from classroom.tasks.operations import RUNNERS
from grader.files import FileStore
from hub_bridge.homes import Homes
from tests.support.hub_twin import HubTwin


class BrokerTwin:
    """Takes messages while it is there."""

    def __init__(self) -> None:
        self.there = True
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.waiting = 0

    def send(self, task: str, queue: str, arguments: dict[str, Any]) -> None:
        if not self.there:
            raise Unavailable("The broker is away.")
        self.sent.append((task, arguments))

    def queue_length(self, queue: str) -> int:
        if not self.there:
            raise Unavailable("The broker is away.")
        return self.waiting


@pytest.fixture
def broker() -> BrokerTwin:
    return BrokerTwin()


@pytest.fixture
def at(sessions: SessionMaker, settings: Settings, files: FileStore, broker: BrokerTwin, now: datetime) -> Callable[[int], Tools]:
    """The tools of a worker, so many seconds after now."""

    def later(seconds: int) -> Tools:
        context = OperationContext(
            sessions=sessions,
            settings=settings,
            hub=HubTwin,
            homes=Homes(settings.homes),
            files=files,
            now=lambda: now + timedelta(seconds=seconds),
        )
        return Tools(context=context, sender=broker)

    return later


@pytest.fixture
def job(session: Session, course: Course, student: Enrolment, now: datetime) -> GradeJob:
    """A job whose message is on its way."""
    assignment = Assignment(course=course, slug="hw1", title="Homework 1", created_at=now, published_at=now)
    session.add(assignment)
    session.flush()
    release = Release(
        assignment_id=assignment.id, digest="0", source_files=[], release_files=[], questions=[], max_score=0, created_at=now
    )
    session.add(release)
    session.flush()
    assignment.release_id = release.id
    submission = Submission(
        enrolment_id=student.id,
        assignment_id=assignment.id,
        release_id=release.id,
        attempt=1,
        digest="0",
        files=[],
        received_at=now,
        trigger=Trigger.student,
    )
    session.add(submission)
    session.flush()
    made = GradeJob(
        id="job-1",
        submission_id=submission.id,
        release_id=release.id,
        state=JobState.queued,
        tries=1,
        queued_at=now,
        heartbeat_at=now,
    )
    session.add(made)
    session.commit()
    return made


def test_a_message_left_behind_by_its_process_is_sent(
    session: Session, at: Callable[[int], Tools], broker: BrokerTwin, now: datetime
) -> None:
    outbox.enqueue(session, task="classroom.example", queue=PORTAL_QUEUE, arguments={"a": 1}, now=now)
    session.commit()

    reaper.reap(at(1))
    sent_at_once = list(broker.sent)
    reaper.reap(at(3))

    assert sent_at_once == []
    assert broker.sent == [("classroom.example", {"a": 1})]


def test_an_operation_that_lost_its_worker_is_sent_again(
    session: Session, at: Callable[[int], Tools], broker: BrokerTwin, course: Course, now: datetime
) -> None:
    operation = operations.start(session, kind=OperationKind.provision, course=course, now=now)
    operations.claim(session, operation_id=operation.id, now=now)
    session.commit()
    reaper.reap(at(3))

    reaper.reap(at(70))

    assert [task for task, _ in broker.sent] == [operations.RUN_TASK] * 2


def test_a_running_job_without_a_sign_of_life_is_sent_again(
    session: Session, at: Callable[[int], Tools], broker: BrokerTwin, job: GradeJob
) -> None:
    grading.grade_progress(at(5), job_id="job-1", cells_done=1, cells_total=3)

    reaper.reap(at(20))
    sent_in_time = list(broker.sent)
    reaper.reap(at(60))

    assert sent_in_time == []
    assert [task for task, _ in broker.sent] == ["grader.grade"]


@pytest.mark.parametrize(("waiting", "sent"), [(1, 0), (0, 1)])
def test_a_queued_job_is_lost_only_when_nothing_waits(
    at: Callable[[int], Tools], broker: BrokerTwin, job: GradeJob, waiting: int, sent: int
) -> None:
    broker.waiting = waiting

    reaper.reap(at(60))

    assert len(broker.sent) == sent


def test_a_broker_that_is_away_loses_nothing(
    session: Session, at: Callable[[int], Tools], broker: BrokerTwin, job: GradeJob, now: datetime
) -> None:
    outbox.enqueue(session, task="classroom.example", queue=PORTAL_QUEUE, arguments={}, now=now)
    session.commit()
    broker.there = False

    reaper.reap(at(60))

    assert session.scalars(select(OutboxMessage.sent_at)).all() == [None]


def test_a_second_result_changes_nothing(session: Session, at: Callable[[int], Tools], job: GradeJob) -> None:
    reply = {"job_id": "job-1", "status": "graded", "cells": []}

    grading.record_result(at(1), job_id="job-1", result=reply)
    grading.record_result(at(2), job_id="job-1", result={**reply, "status": "ungradable"})

    assert session.scalars(select(Result.status)).all() == [ResultStatus.graded]


def test_what_is_due_is_started_once(session: Session, at: Callable[[int], Tools], student: Enrolment, job: GradeJob) -> None:
    reaper.open_and_close(at(1))
    reaper.open_and_close(at(2))

    assert session.scalars(select(Operation.kind)).all() == [OperationKind.provision]


def test_every_kind_of_operation_has_somebody_who_runs_it() -> None:
    assert set(RUNNERS) == set(OperationKind)


def test_messages_survive_a_killed_worker_and_are_json() -> None:
    configuration = app.configuration()

    assert configuration["task_acks_late"]
    assert configuration["task_reject_on_worker_lost"]
    assert configuration["accept_content"] == ["json"]
    assert configuration["broker_transport_options"]["visibility_timeout"] >= 900


def test_every_task_has_its_explicit_name_and_our_base() -> None:
    ours = {name: task for name, task in app.app.tasks.items() if not name.startswith("celery.")}

    assert set(ours) == {
        "classroom.run_operation",
        "classroom.grade_progress",
        "classroom.check_progress",
        "classroom.record_work_check",
        "classroom.guest_check_progress",
        "classroom.record_guest_check",
        "classroom.record_result",
        "classroom.record_check",
        "classroom.reap",
        "classroom.open_and_close",
        "classroom.serve_line",
        "classroom.warm_up",
        "classroom.announce",
        "classroom.send_digests",
        "classroom.seminars",
        "classroom.sweep",
    }
    assert all(isinstance(task, PortalTask) for task in ours.values())
    assert {entry["task"] for entry in app.configuration()["beat_schedule"].values()} <= set(ours)


def test_the_clock_tells_people_and_forgets_what_is_old(
    session: Session, at: Callable[[int], Tools], job: GradeJob, student: Enrolment
) -> None:
    release = session.scalars(select(Release)).one()
    session.get_one(Assignment, release.assignment_id).release_id = release.id
    session.commit()

    for seconds in (0, 20):
        reaper.announce(at(seconds))
        reaper.send_digests(at(seconds))
    told = session.scalars(select(Notification.kind)).all()
    session.commit()
    reaper.send_digests(at(181 * 86_400))

    assert [kind.value for kind in told] == ["published"]
    assert session.scalars(select(Notification)).all() == []


def test_mail_to_many_waits_in_the_queue_of_long_work() -> None:
    entries = app.configuration()["beat_schedule"].values()

    [options] = [entry["options"] for entry in entries if entry["task"] == app.SEND_DIGESTS]

    assert options["queue"] == OPERATIONS_QUEUE


def test_long_operations_wait_apart_from_what_must_not_wait() -> None:
    assert len({PORTAL_QUEUE, OPERATIONS_QUEUE, GRADING_QUEUE}) == 3
