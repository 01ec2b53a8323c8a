"""The portal over a course at work (tests/support/work.py), and browsers for its people."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest
from flask import Flask
from pydantic import SecretStr
from sqlalchemy.orm import Session

from classroom.config import Settings
from classroom.db import SessionMaker
from classroom.models import Assignment, Course, Enrolment, Person, Role
from classroom.services.operation_context import OperationContext
from classroom.web import create_app, streams
from classroom.web.streams import Streams
from grader.files import FileStore
from hub_bridge.client import HubClient
from hub_bridge.homes import Homes
from tests.support.hub_stand_in import HubStandIn, running_hub
from tests.support.outgoing import Outgoing
from tests.support.pages import PageClient, SignIn
from tests.support.work import Clock, Lab

MakeEnrolment = Callable[..., Enrolment]


@pytest.fixture
def hub() -> Iterator[HubStandIn]:
    """A hub that does as it is told."""
    with running_hub() as standing_in:
        yield standing_in


@pytest.fixture
def settings(settings: Settings, hub: HubStandIn) -> Settings:
    """Settings that know where that hub is."""
    return settings.model_copy(update={"hub_api_url": hub.api, "identity_token": SecretStr("identity token")})


@pytest.fixture
def clock(now: datetime) -> Clock:
    """The clock of everything."""
    return Clock(now)


@pytest.fixture
def outgoing() -> Outgoing:
    """Messages that left."""
    return Outgoing()


@pytest.fixture
def app(settings: Settings, sessions: SessionMaker, hub: HubStandIn, outgoing: Outgoing, clock: Clock) -> Iterator[Flask]:
    """The portal."""
    with HubClient(hub.api, "hub token", timeout=5) as client:
        made = create_app(settings, sessions=sessions, hub=client, sender=outgoing, clock=clock)
        made.config["TESTING"] = True
        streams.init_app(made, Streams(length=0))  # whoever reads a whole stream is not kept waiting
        yield made


@pytest.fixture
def context(sessions: SessionMaker, settings: Settings, files: FileStore, clock: Clock) -> OperationContext:
    """What operations work with. None of those tested here calls the hub."""

    def no_hub() -> HubClient:
        raise AssertionError("this operation has nothing to ask of the hub")

    settings.homes.mkdir(parents=True)
    return OperationContext(sessions=sessions, settings=settings, hub=no_hub, homes=Homes(settings.homes), files=files, now=clock)


@dataclass(frozen=True)
class _Course:
    course: Course
    teacher: Enrolment
    make_enrolment: MakeEnrolment


@pytest.fixture
def staffed_course(course: Course, teacher: Enrolment, make_enrolment: MakeEnrolment) -> _Course:
    """The course and its owner."""
    return _Course(course, teacher, make_enrolment)


@pytest.fixture
def lab(session: Session, context: OperationContext, clock: Clock, staffed_course: _Course) -> Lab:
    """The course at work; see tests/support/work.py."""
    return Lab(session, context, clock, staffed_course.course, staffed_course.teacher, staffed_course.make_enrolment)


@pytest.fixture
def assignment(lab: Lab) -> Assignment:
    """A published assignment that is due in a week."""
    return lab.publish()


@pytest.fixture
def ada(lab: Lab) -> Enrolment:
    """A student with a home."""
    return lab.student("ada")


@pytest.fixture
def grader(make_enrolment: MakeEnrolment) -> Enrolment:
    """A grader of the course."""
    return make_enrolment("gus", Role.grader)


@pytest.fixture
def sign_in(app: Flask) -> SignIn:
    """``sign_in(enrolment)`` gives that person's browser, ``sign_in(None)`` that of a stranger."""

    def browser(who: Enrolment | Person | None) -> PageClient:
        person_id = who.person_id if isinstance(who, Enrolment) else who.id if who else None
        return PageClient(app, person_id=person_id)

    return browser
