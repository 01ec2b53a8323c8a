"""The line for servers: who is started when, and what a busy, silent or forgetful hub does to it."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from classroom.config import Settings
from classroom.db import SessionMaker
from classroom.models import Enrolment, OutboxMessage, ServerStart, StartState
from classroom.services import server_line, server_starts
from classroom.services.operation_context import OperationContext
from grader.files import FileStore
from hub_bridge.client import HubClient
from hub_bridge.homes import Homes
from tests.support.hub_stand_in import HubStandIn, running_hub
from tests.support.work import Clock

MakeEnrolment = Callable[..., Enrolment]
AT_ONCE = 2


@pytest.fixture
def hub() -> Iterator[HubStandIn]:
    with running_hub() as standing_in:
        yield standing_in


@pytest.fixture
def clock(now: datetime) -> Clock:
    return Clock(now)


@pytest.fixture
def context(sessions: SessionMaker, settings: Settings, files: FileStore, clock: Clock, hub: HubStandIn) -> OperationContext:
    return OperationContext(
        sessions=sessions,
        settings=settings.model_copy(update={"spawn_limit": AT_ONCE}),
        hub=lambda: HubClient(hub.api, "hub token", timeout=5),
        homes=Homes(settings.homes),
        files=files,
        now=clock,
    )


@pytest.fixture
def arrive(session: Session, make_enrolment: MakeEnrolment, clock: Clock) -> Callable[..., None]:
    """``arrive("ada", "ben")``: they ask for their servers, one after another; with ``warm`` the timetable asks for them."""
    known: dict[str, Enrolment] = {}

    def ask(*names: str, warm: bool = False) -> None:
        for name in names:
            person = known.setdefault(name, known.get(name) or make_enrolment(name)).person
            if warm:
                server_line.ask_ahead(session, owner=person, now=clock())
            else:
                server_line.ask(session, owner=person, now=clock())
            clock.forward(seconds=1)
        session.commit()

    return ask


def states(session: Session) -> dict[str, str]:
    session.expire_all()
    found = {start.hub_name: str(start.state) for start in session.query(ServerStart)}
    session.commit()
    return found


def test_no_more_start_together_than_the_hub_bears_and_the_next_ones_follow_in_order(
    session: Session, context: OperationContext, hub: HubStandIn, arrive: Callable[..., None]
) -> None:
    hub.at_once = AT_ONCE
    arrive("eva", "dan", "cem", "ben", "ada")

    server_starts.serve(context)
    server_starts.serve(context)
    first = list(hub.started)
    hub.servers["dan"] = "ready"
    server_starts.serve(context)

    assert sorted(first) == ["dan", "eva"]
    assert hub.started[2:] == ["cem"]
    assert states(session) == {"eva": "starting", "dan": "ready", "cem": "starting", "ben": "waiting", "ada": "waiting"}


def test_a_busy_hub_is_left_alone_as_long_as_it_asks_for_and_nobody_loses_their_place(
    session: Session, context: OperationContext, hub: HubStandIn, arrive: Callable[..., None], clock: Clock
) -> None:
    arrive("ada", "ben", "cem")
    hub.busy = True
    server_starts.serve(context)
    hub.busy = False
    clock.forward(seconds=29)
    server_starts.serve(context)
    too_early = list(hub.started)
    clock.forward(seconds=8)
    server_starts.serve(context)

    assert too_early == [], "the hub said: 30 seconds"
    assert sorted(hub.started) == ["ada", "ben"]
    assert states(session)["cem"] == "waiting"


def test_a_hub_that_is_away_keeps_the_line_as_it_was(
    session: Session, context: OperationContext, hub: HubStandIn, arrive: Callable[..., None], clock: Clock
) -> None:
    arrive("ada", "ben", "cem")
    hub.broken = True
    for _ in range(10):
        server_starts.serve(context)
        clock.forward(seconds=7)
    hub.broken = False
    server_starts.serve(context)

    assert sorted(hub.started) == ["ada", "ben"]


def test_a_hub_that_was_restarted_is_asked_again_but_not_for_ever(
    session: Session, context: OperationContext, hub: HubStandIn, arrive: Callable[..., None]
) -> None:
    arrive("ada")
    server_starts.serve(context)
    hub.server = "stopped"
    server_starts.serve(context)
    asked_again = len(hub.started)
    hub.after_start = "stopped"
    for _ in range(10):
        hub.server = "stopped"
        server_starts.serve(context)

    assert asked_again == 2
    assert len(hub.started) == server_line.MOST_TRIES
    assert states(session) == {"ada": "failed"}


def test_whoever_comes_in_person_goes_before_those_whose_class_begins_soon(
    session: Session, context: OperationContext, hub: HubStandIn, arrive: Callable[..., None]
) -> None:
    arrive("warm1", "warm2", "warm3", warm=True)
    arrive("ada")

    server_starts.serve(context)

    assert sorted(hub.started) == ["ada", "warm1"]


def test_warm_starts_leave_places_free_for_people(
    context: OperationContext, hub: HubStandIn, arrive: Callable[..., None]
) -> None:
    arrive("warm1", "warm2", "warm3", warm=True)

    server_starts.serve(context)
    server_starts.serve(context)

    assert hub.started == ["warm1"]


def test_somebody_who_is_to_be_warmed_and_comes_is_in_line_like_everybody(
    session: Session, arrive: Callable[..., None], clock: Clock
) -> None:
    arrive("ada", warm=True)
    arrive("ben", "ada")

    starts = {start.hub_name: start for start in session.query(ServerStart)}

    assert not starts["ada"].warm
    assert server_line.place_of(session, starts["ben"]) == 1
    assert server_line.place_of(session, starts["ada"]) == 2


def test_places_are_counted_by_arrival(session: Session, arrive: Callable[..., None]) -> None:
    arrive("warm", warm=True)
    arrive("cem", "ben", "ada")

    places = {start.hub_name: server_line.place_of(session, start) for start in session.query(ServerStart)}

    assert places == {"cem": 1, "ben": 2, "ada": 3, "warm": 4}


def test_asking_again_while_in_line_changes_nothing(session: Session, arrive: Callable[..., None]) -> None:
    arrive("ada", "ben")
    before = [start.asked_at for start in session.query(ServerStart)]
    arrive("ada")

    assert [start.asked_at for start in session.query(ServerStart)] == before
    assert session.query(OutboxMessage).count() == 2


def test_asking_after_a_start_has_ended_is_a_new_one(
    session: Session, context: OperationContext, hub: HubStandIn, arrive: Callable[..., None]
) -> None:
    hub.after_start = "ready"
    arrive("ada")
    server_starts.serve(context)
    hub.server = "stopped"
    arrive("ada")
    server_starts.serve(context)

    assert hub.started == ["ada", "ada"]
    assert states(session) == {"ada": "ready"}


def test_two_workers_at_once_start_nobody_twice(
    session: Session, sessions: SessionMaker, arrive: Callable[..., None], now: datetime
) -> None:
    arrive("ada", "ben", "cem")
    later = now + timedelta(minutes=1)
    with sessions() as one:
        first = [start.hub_name for start in server_line.claim(one, at_once=2, now=later)]
        one.commit()
    with sessions() as two:
        second = [start.hub_name for start in server_line.claim(two, at_once=2, now=later)]
        two.commit()

    assert (first, second) == (["ada", "ben"], [])


def test_a_round_with_nobody_in_line_does_not_trouble_the_hub(context: OperationContext, hub: HubStandIn) -> None:
    hub.broken = True

    server_starts.serve(context)


def test_what_is_live_is_what_waits_or_starts() -> None:
    assert [state for state in StartState if ServerStart(state=state).is_live] == [StartState.waiting, StartState.starting]
