"""Servers that run before a class begins: which ones, when, and how many."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from classroom.config import Settings
from classroom.db import SessionMaker
from classroom.errors import HomeroomError
from classroom.models import ClassTime, Course, Enrolment, Role, Section, ServerStart
from classroom.services import server_line, timetable
from classroom.services.operation_context import OperationContext
from classroom.tasks import servers
from classroom.tasks.base import Tools
from grader.files import FileStore
from hub_bridge.client import HubClient
from hub_bridge.homes import Homes
from tests.support.hub_stand_in import running_hub
from tests.support.hub_twin import HubTwin
from tests.unit.classroom.test_tasks import BrokerTwin

MakeEnrolment = Callable[..., Enrolment]


@pytest.fixture
def add(session: Session, course: Course) -> Callable[..., ClassTime]:
    """``add(begins=time(10, 8))``: a class on Mondays, unless something else is said."""

    def make(**facts: Any) -> ClassTime:
        usual = {"section_id": None, "weekday": 0, "begins": time(10, 8), "minutes": 90, "timezone": "UTC", "last_day": None}
        made = timetable.add(session, course=course, **{**usual, **facts})
        session.commit()
        return made

    return make


@pytest.fixture
def students(session: Session, make_enrolment: MakeEnrolment, course: Course, now: datetime) -> list[Enrolment]:
    """Ada and Ben of section A, Cem of none, all with homes; Nora has none yet, and Gus is a grader."""
    section = Section(course_id=course.id, name="A")
    session.add(section)
    session.flush()
    made = [make_enrolment(name) for name in ("ada", "ben", "cem")]
    for one in made:
        one.provisioned_at = now
    made[0].section_id = made[1].section_id = section.id
    make_enrolment("nora")
    make_enrolment("gus", Role.grader).provisioned_at = now
    session.commit()
    return made


def warmed(session: Session) -> list[str]:
    session.expire_all()
    return [start.hub_name for start in session.query(ServerStart).order_by(ServerStart.id)]


def warm(session: Session, settings: Settings, now: datetime, *running: str) -> None:
    for one in timetable.due(session, settings=settings, now=now):
        timetable.warm(session, class_time=one, running=set(running), settings=settings, now=now)
    session.commit()


def test_ten_minutes_before_a_class_its_students_are_in_line(
    session: Session, settings: Settings, add: Callable[..., ClassTime], students: list[Enrolment], now: datetime
) -> None:
    add()

    warm(session, settings, now - timedelta(minutes=3))
    too_early = warmed(session)
    warm(session, settings, now)

    assert too_early == []
    assert warmed(session) == ["ada", "ben", "cem"], "neither somebody without a home nor staff"
    assert all(start.warm for start in session.query(ServerStart))


def test_each_class_is_served_once_and_again_next_week(
    session: Session, settings: Settings, add: Callable[..., ClassTime], students: list[Enrolment], now: datetime
) -> None:
    add()
    warm(session, settings, now)
    for start in session.query(ServerStart):
        server_line.ready(start, now=now)
    session.commit()

    assert not timetable.due(session, settings=settings, now=now + timedelta(seconds=30))
    assert timetable.due(session, settings=settings, now=now + timedelta(days=7))


def test_a_class_of_a_section_is_for_its_students(
    session: Session, settings: Settings, add: Callable[..., ClassTime], students: list[Enrolment], now: datetime
) -> None:
    add(section_id=students[0].section_id)

    warm(session, settings, now)

    assert warmed(session) == ["ada", "ben"]


def test_servers_that_run_are_left_alone_and_the_rest_is_bounded(
    session: Session, settings: Settings, add: Callable[..., ClassTime], students: list[Enrolment], now: datetime
) -> None:
    add()

    warm(session, settings.model_copy(update={"warm_limit": 1}), now, "ada")

    assert warmed(session) == ["ben"]


def test_whoever_worked_lately_comes_first(
    session: Session, settings: Settings, add: Callable[..., ClassTime], students: list[Enrolment], now: datetime
) -> None:
    add()
    start = server_line.ask(session, owner=students[2].person, now=now - timedelta(days=1))
    server_line.ready(start, now=now)
    session.commit()

    warm(session, settings.model_copy(update={"warm_limit": 1}), now)

    assert [start.hub_name for start in session.query(ServerStart) if start.warm] == ["cem"]


def test_whoever_is_in_line_already_keeps_the_place(
    session: Session, settings: Settings, add: Callable[..., ClassTime], students: list[Enrolment], now: datetime
) -> None:
    add()
    server_line.ask(session, owner=students[0].person, now=now - timedelta(seconds=5))
    session.commit()

    warm(session, settings, now)

    starts = {start.hub_name: start for start in session.query(ServerStart)}
    assert not starts["ada"].warm
    assert starts["ada"].asked_at == now - timedelta(seconds=5)


def test_no_server_is_started_ahead_where_the_operator_wants_none(
    session: Session, settings: Settings, add: Callable[..., ClassTime], students: list[Enrolment], now: datetime
) -> None:
    add()

    assert not timetable.due(session, settings=settings.model_copy(update={"warm_limit": 0}), now=now)


@pytest.mark.parametrize(
    ("facts", "after", "begins"),
    [
        ({}, "2026-09-07T10:00+00:00", "2026-09-07T10:08+00:00"),
        ({}, "2026-09-07T10:09+00:00", "2026-09-14T10:08+00:00"),
        ({"weekday": 6}, "2026-09-07T10:00+00:00", "2026-09-13T10:08+00:00"),
        ({"timezone": "Europe/Berlin"}, "2026-09-07T10:00+00:00", "2026-09-14T08:08+00:00"),
        ({"timezone": "Pacific/Auckland", "begins": time(8)}, "2026-09-06T12:00+00:00", "2026-09-06T20:00+00:00"),
        ({"timezone": "Europe/Berlin", "weekday": 0}, "2026-10-20T00:00+00:00", "2026-10-26T09:08+00:00"),
        ({"last_day": date(2026, 9, 13)}, "2026-09-07T10:09+00:00", None),
    ],
    ids=["today", "over for today", "Sunday", "another zone", "a zone where it is tomorrow", "after the clocks changed", "over"],
)
def test_when_a_class_begins_next(add: Callable[..., ClassTime], facts: dict[str, Any], after: str, begins: str | None) -> None:
    found = timetable.next_beginning(add(**facts), after=datetime.fromisoformat(after))

    assert found == (datetime.fromisoformat(begins) if begins else None)


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"weekday": 7}, "day of the week"),
        ({"minutes": 0}, "between 1 and"),
        ({"timezone": "Mars/Olympus"}, "no time zone"),
        ({"section_id": 99}, "no such section"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(add: Callable[..., ClassTime], facts: dict[str, Any], sentence: str) -> None:
    with pytest.raises(HomeroomError, match=sentence):
        add(**facts)


def test_the_same_class_twice_is_one(session: Session, course: Course, add: Callable[..., ClassTime]) -> None:
    add()
    add(minutes=60)

    assert [one.minutes for one in timetable.classes_of(session, course=course)] == [60]


@pytest.fixture
def tools(sessions: SessionMaker, settings: Settings, files: FileStore, now: datetime) -> Callable[..., Tools]:
    """The tools of a worker over a hub."""

    def over(hub: Callable[[], HubClient]) -> Tools:
        two = settings.model_copy(update={"spawn_limit": 2})
        context = OperationContext(
            sessions=sessions, settings=two, hub=hub, homes=Homes(settings.homes), files=files, now=lambda: now
        )
        return Tools(context=context, sender=BrokerTwin())

    return over


def test_the_clock_asks_the_hub_who_runs_and_puts_the_rest_into_the_line(
    session: Session, tools: Callable[..., Tools], add: Callable[..., ClassTime], students: list[Enrolment]
) -> None:
    add()
    with running_hub() as hub:
        hub.servers = {"ben": "ready", "ada": "pending"}
        worker = tools(lambda: HubClient(hub.api, "hub token", timeout=5))

        servers.warm_up(worker)
        servers.serve_line(worker)

    assert warmed(session) == ["ada", "cem"]
    assert hub.started == ["ada"], "the first one; the place beside stays free for somebody in person"


def test_a_hub_that_is_away_is_asked_again_at_the_next_tick(
    session: Session, tools: Callable[..., Tools], add: Callable[..., ClassTime], students: list[Enrolment]
) -> None:
    add()
    away = HubTwin()
    away.answers_for = 0

    servers.warm_up(tools(lambda: away))
    before = warmed(session)
    session.commit()
    servers.warm_up(tools(HubTwin))

    assert before == []
    assert warmed(session) == ["ada", "ben", "cem"]
