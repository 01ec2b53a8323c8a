"""What a seminar's notebooks run in: chosen, changed before anybody is in, and taken out of the settings."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from classroom.errors import Conflict, HomeroomError
from classroom.models import Seat, Seminar
from classroom.services import environments, guests, seminars, server_line
from tests.support.seminar_room import Room

OTHER = "Machine learning"
OFFERED = ["Python", OTHER]


@pytest.fixture(autouse=True)
def offered(room: Room) -> None:
    """The one who runs the server offers a second environment."""
    room.context = replace(room.context, settings=room.context.settings.model_copy(update={"environments": {OTHER: "/opt/ml"}}))


def change(room: Room, seminar: Seminar, wanted: str) -> None:
    environments.change(room.session, seminar=seminar, wanted=wanted, offered=OFFERED, now=room.clock())
    room.session.commit()


def started_in(room: Room, *seats: Seat) -> list[object]:
    return [(room.hub.options[seat.hub_name] or {}).get("environment") for seat in seats]


def test_a_guests_server_is_started_in_the_seminars_environment(room: Room) -> None:
    seminar = room.make(environment=OTHER)
    room.tick()
    guest = room.join(seminar)
    assert guest.seat is not None
    server_line.ask(room.session, owner=guest.seat, now=room.clock())
    room.serve()

    assert started_in(room, guest.seat) == [OTHER]


def test_without_a_choice_it_is_homerooms_own_python_and_that_is_said(room: Room) -> None:
    """Options that are left out would be those of the start before."""
    seminar = room.make(prewarm=1)
    room.tick()
    room.serve()

    assert started_in(room, room.seats(seminar)[0]) == ["Python"]


def test_a_students_server_is_started_in_homerooms_own_python(room: Room) -> None:
    room.hub.users.add(room.teacher.hub_name)
    server_line.ask(room.session, owner=room.teacher, now=room.clock())
    room.serve()

    assert room.hub.options == {room.teacher.hub_name: {"environment": "Python"}}


def test_an_environment_that_is_offered_no_more_is_replaced_by_homerooms_own(room: Room) -> None:
    seminar = room.make(environment=OTHER, prewarm=1)
    room.context = replace(room.context, settings=room.context.settings.model_copy(update={"environments": {}}))
    room.tick()
    room.serve()

    assert started_in(room, room.seats(seminar)[0]) == ["Python"]
    assert seminar.environment == OTHER, "it comes back with the setting"


def test_after_a_change_no_guest_gets_a_server_of_the_old_environment(room: Room) -> None:
    seminar = room.make(capacity=2, prewarm=1)
    room.tick()
    room.serve()
    old = room.seats(seminar)[0]
    change(room, seminar, OTHER)
    guest = room.join(seminar)
    assert guest.seat is not None
    assert guest.seat.id != old.id, "before the clock has cleared it"
    room.tick()
    room.tick()
    room.serve()

    assert room.hub.stopped == [old.hub_name]
    assert old.hub_name not in room.hub.users
    assert not room.context.homes.exists(old.hub_name)
    open_seats = room.session.scalars(select(Seat).where(Seat.closed_at.is_(None))).all()
    assert len(open_seats) == 2, "another was made in its place"
    warm = [seat for seat in open_seats if seat.warmed_at]
    assert len(warm) == 1
    assert started_in(room, *warm) == [OTHER]


def test_a_start_that_was_in_line_before_the_change_is_taken_out(room: Room) -> None:
    seminar = room.make(prewarm=1)
    room.tick()
    old = room.seats(seminar)[0]
    change(room, seminar, OTHER)
    room.serve()

    assert room.hub.started == []
    assert server_line.start_of(room.session, owner=old) is None


def test_the_end_comes_also_right_after_a_change(room: Room) -> None:
    seminar = room.make(prewarm=1)
    room.tick()
    room.serve()
    change(room, seminar, OTHER)
    seminars.end(room.session, seminar=seminar, now=room.clock())
    room.clock.forward(minutes=15)
    room.tick()

    assert seminar.closed_at is not None
    assert room.hub.users == set()
    assert all(seat.home_removed_at for seat in room.seats(seminar))


def test_once_somebody_is_in_it_stays_and_the_sentence_says_why(room: Room) -> None:
    seminar = room.make()
    guest = room.join(seminar)
    change(room, seminar, "Python")  # the same: nothing to refuse

    with pytest.raises(Conflict, match="Guests are in already"):
        change(room, seminar, OTHER)
    room.session.rollback()
    guests.refuse(room.session, guest=guest)
    change(room, seminar, OTHER)
    assert seminar.environment == OTHER


def test_only_what_is_offered_can_be_chosen(room: Room) -> None:
    seminar = room.make()

    for wanted in ("", "/opt/ml", "python"):
        with pytest.raises(HomeroomError, match="Choose one of these: Python, Machine learning"):
            change(room, seminar, wanted)
    seminars.end(room.session, seminar=seminar, now=room.clock())
    with pytest.raises(Conflict, match="over"):
        change(room, seminar, OTHER)
