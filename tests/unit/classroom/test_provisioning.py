from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom.config import Settings
from classroom.db import SessionMaker
from classroom.models import (
    Assignment,
    Course,
    Enrolment,
    EnrolmentStatus,
    Operation,
    OperationKind,
    OperationState,
    Person,
    Release,
    Role,
)
from classroom.services import operations, people, provisioning
from classroom.services.operation_context import OperationContext
from classroom.tasks.base import Tools
from classroom.tasks.operations import run_operation
from grader.files import FileStore
from hub_bridge.homes import Homes
from tests.support.hub_twin import HubTwin

MakeEnrolment = Callable[..., Enrolment]


class Messages:
    """Keeps what would have gone to the broker."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def send(self, task: str, queue: str, arguments: dict[str, object]) -> None:
        self.sent.append(task)

    def queue_length(self, queue: str) -> int:
        return 0


class Scene:
    """A course, its hub, and a worker that provisions when told to."""

    def __init__(self, session: Session, tools: Tools, hub: HubTwin, course: Course, now: datetime) -> None:
        self.session, self.tools, self.hub, self.course, self.now = session, tools, hub, course, now

    def provision(self) -> Operation:
        """Start the operation and run it as the worker does."""
        operation = operations.start(self.session, kind=OperationKind.provision, course=self.course, now=self.now)
        self.run(operation.id)
        return operation

    def run(self, operation_id: int) -> None:
        self.session.commit()
        run_operation(self.tools, operation_id=operation_id)
        self.session.expire_all()


@pytest.fixture
def tools(sessions: SessionMaker, settings: Settings, files: FileStore, now: datetime) -> Tools:
    settings.homes.mkdir(parents=True)
    hub = HubTwin()
    context = OperationContext(
        sessions=sessions, settings=settings, hub=lambda: hub, homes=Homes(settings.homes), files=files, now=lambda: now
    )
    return Tools(context=context, sender=Messages())


@pytest.fixture
def scene(session: Session, tools: Tools, course: Course, now: datetime) -> Scene:
    hub = tools.context.hub()
    assert isinstance(hub, HubTwin)
    return Scene(session, tools, hub, course, now)


def test_everybody_gets_a_hub_user_a_group_and_a_home(scene: Scene, teacher: Enrolment, student: Enrolment) -> None:
    operation = scene.provision()

    assert scene.hub.groups == {"bio1-owner": {"tessa"}, "bio1-teacher": set(), "bio1-grader": set(), "bio1-student": {"sam"}}
    assert (scene.tools.context.settings.homes / "sam").is_dir()
    assert (student.provisioned_at, teacher.provisioned_at) == (scene.now, scene.now)
    assert (operation.state, operation.done, operation.total, operation.problems) == (OperationState.done, 2, 2, [])


def test_doing_it_again_asks_nothing_of_the_hub(scene: Scene, student: Enrolment) -> None:
    scene.provision()
    student.provisioned_at = None
    scene.session.commit()
    scene.hub.calls.clear()

    scene.provision()

    assert [(what, names) for what, names in scene.hub.calls if names and what != "group"] == []
    assert student.provisioned_at == scene.now


def test_a_changed_role_changes_the_group(scene: Scene, student: Enrolment) -> None:
    scene.provision()
    people.change_role(scene.session, enrolment=student, role=Role.grader, actor=None, now=scene.now)

    scene.provision()

    assert (scene.hub.groups["bio1-student"], scene.hub.groups["bio1-grader"]) == (set(), {"sam"})


def test_a_dropped_student_leaves_the_group_and_keeps_the_home(scene: Scene, student: Enrolment) -> None:
    scene.provision()
    people.drop(scene.session, enrolment=student, actor=None, now=scene.now)

    scene.provision()

    assert scene.hub.groups["bio1-student"] == set()
    assert scene.hub.stopped == ["sam"]
    assert "sam" not in scene.hub.users  # nor is any sign-in or token of theirs
    assert (scene.tools.context.settings.homes / "sam").is_dir()
    assert student.provisioned_at == scene.now


def test_somebody_dropped_here_but_active_elsewhere_keeps_their_server(scene: Scene, student: Enrolment) -> None:
    other = Course(slug="chem1", title="Chemistry", created_at=scene.now)
    scene.session.add(other)
    people.enrol(scene.session, course=other, person=student.person, role=Role.student, roster_key="sam", now=scene.now)
    scene.provision()
    people.drop(scene.session, enrolment=student, actor=None, now=scene.now)

    scene.provision()

    assert scene.hub.stopped == []
    assert "sam" in scene.hub.users


def test_putting_a_colleague_on_a_roster_does_not_open_their_server(
    scene: Scene, student: Enrolment, make_enrolment: MakeEnrolment
) -> None:
    chemist = make_enrolment("eve", Role.owner, into=Course(slug="chem1", title="Chemistry", created_at=scene.now)).person
    people.enrol(scene.session, course=student.course, person=chemist, role=Role.student, roster_key="eve", now=scene.now)

    scene.provision()

    assert scene.hub.users >= {"sam", "eve"}
    assert scene.hub.groups["bio1-student"] == {"sam"}


def test_somebody_dropped_before_the_hub_knew_them_is_no_trouble(scene: Scene, student: Enrolment) -> None:
    people.drop(scene.session, enrolment=student, actor=None, now=scene.now)

    operation = scene.provision()

    assert (operation.state, operation.problems) == (OperationState.done, [])
    assert scene.hub.users == set()


def test_one_name_the_hub_refuses_stops_nobody_else(scene: Scene, make_enrolment: MakeEnrolment) -> None:
    enrolments = [make_enrolment(f"s{number}") for number in range(30)]
    scene.hub.refuses = {"s7"}

    operation = scene.provision()

    assert len(scene.hub.groups["bio1-student"]) == 29
    assert [sentence.partition(":")[0] for sentence in operation.problems] == ["S7"]
    assert [enrolment.provisioned_at for enrolment in enrolments].count(None) == 1


def test_a_home_that_cannot_be_made_is_that_persons_problem(scene: Scene, student: Enrolment, teacher: Enrolment) -> None:
    (scene.tools.context.settings.homes / "sam").write_text("in the way")

    operation = scene.provision()

    assert operation.problems[0].startswith("Sam: ")
    assert student.provisioned_at is None
    assert teacher.provisioned_at == scene.now


def test_a_hub_that_goes_away_costs_time_but_no_work(scene: Scene, make_enrolment: MakeEnrolment) -> None:
    enrolments = [make_enrolment(f"s{number}") for number in range(60)]
    scene.hub.answers_for = 8
    operation = scene.provision()
    served_first = sum(enrolment.provisioned_at is not None for enrolment in enrolments)
    state_then = operation.state
    scene.hub.answers_for = 10_000

    scene.run(operation.id)

    assert served_first == 25
    assert state_then == OperationState.queued
    assert (operation.state, operation.done, operation.total, operation.problems) == (OperationState.done, 60, 60, [])
    assert scene.hub.groups["bio1-student"] == {enrolment.person.hub_name for enrolment in enrolments}


def test_the_hub_never_gets_more_than_a_batch_of_names(scene: Scene) -> None:
    for number in range(300):
        person = Person(hub_name=f"s{number}", display_name=f"S {number}", created_at=scene.now)
        key = str(number)
        scene.session.add(Enrolment(course=scene.course, person=person, role=Role.student, roster_key=key, created_at=scene.now))

    scene.provision()

    assert max(names for _, names in scene.hub.calls) == 25
    assert len(scene.hub.groups["bio1-student"]) == 300


def test_late_joiners_get_what_is_out_already(scene: Scene, student: Enrolment) -> None:
    assignment = Assignment(course=scene.course, slug="hw1", title="Homework 1", created_at=scene.now, published_at=scene.now)
    scene.session.add(assignment)
    scene.session.flush()
    release = Release(
        assignment_id=assignment.id,
        digest="0" * 64,
        source_files=[],
        release_files=[],
        questions=[],
        max_score=0,
        created_at=scene.now,
    )
    scene.session.add(release)
    scene.session.flush()
    assignment.release_id = release.id

    scene.provision()

    kinds = [operation.kind for operation in scene.session.scalars(select(Operation).order_by(Operation.id))]
    assert kinds == [OperationKind.provision, OperationKind.deliver]
    assert isinstance(scene.tools.sender, Messages)
    assert len(scene.tools.sender.sent) == 2


def test_a_role_that_changes_while_people_are_served_is_served_next(scene: Scene, student: Enrolment) -> None:
    def change_meanwhile() -> None:
        if scene.hub.calls[-1][0] == "users":
            with scene.tools.context.sessions.begin() as other:
                other.get_one(Enrolment, student.id).role = Role.grader

    scene.hub.when_asked = change_meanwhile

    scene.provision()

    assert (student.role, student.provisioned_at) == (Role.grader, None)


def test_people_who_could_not_be_served_are_tried_again_later(scene: Scene, student: Enrolment) -> None:
    scene.hub.refuses = {"sam"}
    scene.provision()

    soon = provisioning.start_due(scene.session, now=scene.now + timedelta(minutes=1))
    later = provisioning.start_due(scene.session, now=scene.now + timedelta(minutes=11))
    again = provisioning.start_due(scene.session, now=scene.now + timedelta(minutes=11))

    assert (soon, later, again) == (0, 1, 0)


def test_a_course_where_everybody_is_served_is_left_alone(scene: Scene, student: Enrolment) -> None:
    scene.provision()

    assert provisioning.start_due(scene.session, now=scene.now + timedelta(days=1)) == 0


def test_a_second_message_for_a_finished_operation_does_nothing(scene: Scene, student: Enrolment) -> None:
    operation = scene.provision()
    scene.hub.calls.clear()

    scene.run(operation.id)
    scene.run(999)

    assert scene.hub.calls == []


def test_something_unexpected_puts_the_operation_off_instead_of_losing_it(scene: Scene, student: Enrolment) -> None:
    def broken() -> None:
        raise RuntimeError("a bug")

    scene.hub.when_asked = broken

    operation = scene.provision()

    assert operation.state == OperationState.queued
    assert "tried again" in operation.problems[0]
    assert student.status == EnrolmentStatus.active
