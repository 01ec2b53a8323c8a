"""The portal over a room with a seminar: see tests/support/seminar_room.py."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from classroom.models import Enrolment, Seminar
from classroom.services import server_starts
from classroom.services.operation_context import OperationContext
from hub_bridge.client import HubClient
from tests.support.hub_stand_in import HubStandIn
from tests.support.hub_twin import HubTwin
from tests.support.pages import PageClient, SignIn
from tests.support.phone import Phone
from tests.support.seminar_room import Room
from tests.support.work import Clock


@pytest.fixture
def room(session: Session, context: OperationContext, clock: Clock, teacher: Enrolment) -> Room:
    """A room whose teacher may make seminars."""
    teacher.person.creates_courses = True
    session.commit()
    hub = HubTwin()
    return Room(session, replace(context, hub=lambda: hub), clock, hub, teacher.person)


@pytest.fixture
def seminar(room: Room) -> Seminar:
    """A seminar whose doors are open."""
    return room.make()


@pytest.fixture
def phone(app: Flask, seminar: Seminar) -> Phone:
    """The phone of somebody who comes in."""
    return Phone(app, seminar)


@pytest.fixture
def serve(context: OperationContext, hub: HubStandIn) -> Callable[[], None]:
    """One round of the worker that works the line for servers off."""
    there = replace(context, hub=lambda: HubClient(hub.api, "hub token", timeout=5))
    return lambda: server_starts.serve(there)


@pytest.fixture
def presenter(sign_in: SignIn, teacher: Enrolment, room: Room) -> PageClient:
    """The browser of who runs the seminar."""
    return sign_in(teacher)
