"""A course at work: see tests/support/work.py."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from classroom.config import Settings
from classroom.db import SessionMaker
from classroom.models import Assignment, Course, Enrolment
from classroom.services.operation_context import OperationContext
from grader.files import FileStore
from hub_bridge.client import HubClient
from hub_bridge.homes import Homes
from tests.support.work import Clock, Lab


@pytest.fixture
def clock(now: datetime) -> Clock:
    """The clock that operations read."""
    return Clock(now)


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
    make_enrolment: Callable[..., Enrolment]


@pytest.fixture
def staffed_course(course: Course, teacher: Enrolment, make_enrolment: Callable[..., Enrolment]) -> _Course:
    return _Course(course, teacher, make_enrolment)


@pytest.fixture
def lab(session: Session, context: OperationContext, clock: Clock, staffed_course: _Course) -> Lab:
    """The course at work."""
    return Lab(session, context, clock, staffed_course.course, staffed_course.teacher, staffed_course.make_enrolment)


@pytest.fixture
def ada(lab: Lab) -> Enrolment:
    """A student with a home."""
    return lab.student("ada")


@pytest.fixture
def ben(lab: Lab) -> Enrolment:
    """Another student with a home."""
    return lab.student("ben")


@pytest.fixture
def assignment(lab: Lab) -> Assignment:
    """A published assignment that is due in a week."""
    return lab.publish()
