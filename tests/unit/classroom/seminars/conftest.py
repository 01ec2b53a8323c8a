"""A room to hold seminars in: see tests/support/seminar_room.py."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from classroom.config import Settings
from classroom.db import SessionMaker
from classroom.models import Person
from classroom.services.operation_context import OperationContext
from grader.files import FileStore
from hub_bridge.homes import Homes
from tests.support.hub_twin import HubTwin
from tests.support.seminar_room import Room
from tests.support.work import Clock


@pytest.fixture
def room(session: Session, sessions: SessionMaker, settings: Settings, files: FileStore, now: datetime) -> Room:
    """A teacher, a hub and homes; no seminar yet."""
    teacher = Person(hub_name="tessa", display_name="Tessa", creates_courses=True, created_at=now)
    session.add(teacher)
    session.commit()
    settings.homes.mkdir(parents=True)
    clock, hub = Clock(now), HubTwin()
    context = OperationContext(
        sessions=sessions, settings=settings, hub=lambda: hub, homes=Homes(settings.homes), files=files, now=clock
    )
    return Room(session, context, clock, hub, teacher)
