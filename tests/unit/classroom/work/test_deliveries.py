from dataclasses import replace
from datetime import timedelta

import pytest

from classroom.models import Assignment, Enrolment, EnrolmentStatus, Operation, OperationState
from classroom.services import assignments, deliveries
from classroom.services.placing import beside
from hub_bridge.homes import HomeFull, Homes, Placed
from tests.support.work import SOURCE, Lab, answered, source_notebook
from tests.unit.classroom.conftest import CountQueries

NEW = {"growth.ipynb": source_notebook("Growth, corrected"), "data/cells.csv": SOURCE["data/cells.csv"]}
BOTH = ["data/cells.csv", "growth.ipynb"]


def release_anew(lab: Lab, source: dict[str, bytes]) -> None:
    lab.release(source)
    deliveries.start_due(lab.session, now=lab.now)
    lab.run()


def test_a_published_release_reaches_every_ready_home(lab: Lab, ada: Enrolment, ben: Enrolment, assignment: Assignment) -> None:
    [operation] = lab.run()

    assert (operation.state, operation.done, operation.total, operation.problems) == (OperationState.done, 2, 2, [])
    assert lab.names(ada) == lab.names(ben) == BOTH
    assert assignment.release is not None
    assert lab.delivery(ada, assignment.release).delivered_at is not None


def test_who_is_dropped_or_has_no_home_yet_gets_nothing(lab: Lab, ada: Enrolment, ben: Enrolment, assignment: Assignment) -> None:
    ada.status = EnrolmentStatus.dropped
    ben.provisioned_at = None

    [operation] = lab.run()

    assert operation.total == 0
    assert lab.names(ada) == lab.names(ben) == []


def test_running_the_same_operation_twice_does_nothing_more(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    [operation] = lab.run()
    lab.write(ada, "growth.ipynb", answered())

    lab.run_again(operation)

    assert lab.read(ada, "growth.ipynb") == answered()
    assert lab.names(ada) == BOTH


def test_a_new_release_replaces_what_nobody_touched(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    lab.run()

    release_anew(lab, NEW)

    assert b"corrected" in (lab.read(ada, "growth.ipynb") or b"")
    assert lab.names(ada) == BOTH


def test_a_new_data_file_lies_beside_one_that_a_student_changed(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    lab.run()
    lab.write(ada, "data/cells.csv", b"mine")

    release_anew(lab, SOURCE | {"data/cells.csv": b"day,cells\n0,11\n"})

    assert assignment.release is not None
    ours = beside("data/cells.csv", next(f["sha256"] for f in assignment.release.release_files if f["path"] == "data/cells.csv"))
    assert lab.read(ada, "data/cells.csv") == b"mine"
    assert lab.read(ada, ours) == b"day,cells\n0,11\n"
    assert lab.delivery(ada, assignment.release).kept == ["data/cells.csv"]


def test_a_file_that_a_new_release_did_not_change_is_not_laid_beside_an_edit(
    lab: Lab, ada: Enrolment, assignment: Assignment
) -> None:
    lab.run()
    lab.write(ada, "data/cells.csv", b"mine")

    release_anew(lab, NEW)

    assert lab.names(ada) == BOTH
    assert lab.read(ada, "data/cells.csv") == b"mine"


def test_publishing_again_puts_back_what_was_deleted_and_leaves_edits_alone(
    lab: Lab, ada: Enrolment, assignment: Assignment
) -> None:
    lab.run()
    lab.write(ada, "growth.ipynb", answered())
    (lab.homes.root / "ada" / "bio1" / "growth" / "data" / "cells.csv").unlink()

    assignments.publish(lab.session, assignment=assignment, actor=lab.teacher.person, now=lab.clock.forward(minutes=1))
    lab.run()

    assert lab.read(ada, "growth.ipynb") == answered()
    assert lab.names(ada) == BOTH


def test_an_older_version_that_comes_back_reaches_everyone_again(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    lab.run()
    release_anew(lab, NEW)

    release_anew(lab, SOURCE)

    assert b"corrected" not in (lab.read(ada, "growth.ipynb") or b"corrected")


def test_a_late_joiner_gets_it_on_arrival_and_others_are_left_alone(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    lab.run()
    cleo = lab.student("cleo")

    started = deliveries.start_due(lab.session, now=lab.now)
    [operation] = lab.run()

    assert (started, operation.total) == (1, 1)
    assert lab.names(cleo) == BOTH


def test_nothing_is_due_once_everyone_has_it(lab: Lab, ada: Enrolment, assignment: Assignment) -> None:
    lab.run()

    assert deliveries.start_due(lab.session, now=lab.now) == 0


def test_an_assignment_is_delivered_when_it_opens_and_not_before(lab: Lab, ada: Enrolment) -> None:
    made = lab.release().assignment
    made.opens_at = lab.now + timedelta(hours=1)
    operation = assignments.publish(lab.session, assignment=made, actor=None, now=lab.now)

    before = deliveries.start_due(lab.session, now=lab.now + timedelta(minutes=59))
    after = deliveries.start_due(lab.session, now=lab.now + timedelta(minutes=60))

    assert (operation, before, after) == (None, 0, 1)


def test_a_home_that_refuses_is_named_and_tried_again_later(
    lab: Lab, ada: Enrolment, ben: Enrolment, assignment: Assignment
) -> None:
    (lab.homes.root / "ada" / "bio1").symlink_to("/etc")
    [operation] = lab.run()
    soon = deliveries.start_due(lab.session, now=lab.clock.forward(minutes=1))
    (lab.homes.root / "ada" / "bio1").unlink()

    later = deliveries.start_due(lab.session, now=lab.clock.forward(minutes=10))
    lab.run()

    assert operation.state == OperationState.done
    assert [problem.split(":")[0] for problem in operation.problems] == ["Ada"]
    assert (soon, later) == (0, 1)
    assert lab.names(ada) == lab.names(ben) == BOTH


class _Homes(Homes):
    """Homes in which something goes wrong at one of them."""

    def __init__(self, homes: Homes, *, at: str, error: BaseException) -> None:
        super().__init__(homes.root)
        self.at, self.error = at, error

    def place(self, name: str, rel: str, data: bytes, **how: object) -> Placed:
        if name == self.at:
            raise self.error
        return super().place(name, rel, data, **how)  # type: ignore[arg-type]


def test_an_operation_that_lost_its_worker_goes_on_where_it_was(
    lab: Lab, assignment: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    students = [lab.student(f"s{number}") for number in range(5)]
    monkeypatch.setattr(deliveries, "BATCH", 2)
    killed = replace(lab.context, homes=_Homes(lab.homes, at="s2", error=KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        lab.run(killed)
    lab.clock.forward(minutes=2)
    [operation] = lab.session.query(Operation)

    ended = lab.run_again(operation)

    assert (ended.state, ended.done, ended.total) == (OperationState.done, 3, 3)
    assert assignment.release is not None
    assert all(lab.delivery(student, assignment.release).delivered_at for student in students)


def test_a_full_disk_is_named_and_the_others_are_served(lab: Lab, ada: Enrolment, ben: Enrolment, assignment: Assignment) -> None:
    full = replace(lab.context, homes=_Homes(lab.homes, at="ada", error=HomeFull("The disk is full.")))

    [operation] = lab.run(full)

    assert operation.problems == ["Ada: The disk is full."]
    assert lab.names(ben) == BOTH


def test_a_large_class_costs_a_few_queries_a_batch(lab: Lab, assignment: Assignment, count_queries: CountQueries) -> None:
    for number in range(120):
        lab.student(f"student{number}")

    with count_queries() as queries:
        [operation] = lab.run()

    assert operation.done == 120
    assert len([query for query in queries if query.startswith(("SELECT", "UPDATE"))]) < 30
