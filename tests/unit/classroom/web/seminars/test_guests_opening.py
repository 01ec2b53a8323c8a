"""A guest waits for the notebook: in one line with everybody, on the page that students wait on, in a guest's words."""

from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom.models import Seat, ServerStart, StartState
from classroom.services import server_line
from tests.support.hub_stand_in import HubStandIn
from tests.support.pages import soup_of, text_of
from tests.support.phone import Phone
from tests.support.seminar_room import Room
from tests.support.work import Lab

Serve = Callable[[], None]


def test_guests_and_students_are_started_by_arrival(
    app: Flask, phone: Phone, room: Room, lab: Lab, hub: HubStandIn, serve: Serve
) -> None:
    ben, cem = lab.student("ben").person, lab.student("cem").person
    hub.at_once = 1
    for arrive in (
        lambda: server_line.ask(room.session, owner=ben, now=room.clock()),
        phone.join,
        lambda: server_line.ask(room.session, owner=cem, now=room.clock()),
    ):
        arrive()
        room.session.commit()
        room.clock.forward(seconds=1)

    places = {start.hub_name: server_line.place_of(room.session, start) for start in room.session.query(ServerStart)}
    guest = room.session.scalars(select(Seat.hub_name)).one()
    room.session.commit()

    assert places == {"ben": 1, guest: 2, "cem": 3}
    assert "Place 2 in line" in phone.get("opening/status").get_json()["message"]


def test_the_page_shows_each_step_and_leads_back_to_the_seat(phone: Phone, hub: HubStandIn, serve: Serve) -> None:
    hub.says = [{"progress": 50, "message": "Your server is loading its programs."}]
    phone.join()
    serve()

    page = phone.get("opening")

    assert [str(step["data-state"]) for step in soup_of(page).select("[data-step]")] == ["done", "done", "now", "todo"]
    assert "Your server is loading its programs." in text_of(page)
    assert "Your seat page" in text_of(page)


def test_a_start_that_failed_tells_a_guest_to_raise_their_hand_and_starts_again(
    phone: Phone, hub: HubStandIn, serve: Serve
) -> None:
    hub.after_start = "failed"
    phone.join()
    serve()
    page = phone.get("opening")
    hub.after_start = "ready"
    phone.post("opening", "open")
    serve()

    assert page.status_code == 503
    assert "raise your hand" in text_of(page)
    assert "hub.log" not in text_of(page)
    assert phone.get("opening/status").get_json()["url"].endswith("/enter")


def test_a_server_that_stopped_is_started_by_a_button(phone: Phone, hub: HubStandIn, serve: Serve) -> None:
    hub.after_start = "ready"
    phone.join()
    serve()
    hub.server = "stopped"
    page = phone.get("opening")
    phone.post("opening", "open")
    serve()

    assert "Start it" in text_of(page)
    assert len(hub.started) == 2


def test_a_guest_keeps_the_place_of_their_arrival_while_the_seat_is_made(
    phone: Phone, hub: HubStandIn, serve: Serve, room: Room, session: Session
) -> None:
    hub.broken = True
    phone.join()
    hub.broken = False
    serve()
    before = list(hub.started)
    seat = session.scalars(select(Seat)).one()
    seat.made_at = room.clock()
    session.commit()
    serve()

    assert before == [], "the hub does not know the seat yet"
    assert hub.started == [seat.hub_name]


def test_a_seat_that_was_warmed_needs_no_second_start(phone: Phone, hub: HubStandIn, session: Session) -> None:
    hub.server = "ready"
    phone.join()

    assert session.query(ServerStart).count() == 0
    session.commit()
    assert phone.get("opening/status").get_json()["state"] == "ready"


def test_whoever_takes_a_seat_in_line_waits_no_longer_as_one_who_is_to_come(phone: Phone, room: Room, session: Session) -> None:
    seat = Seat(seminar_id=phone.seminar.id, hub_name="guest-warm", version=1, made_at=room.clock(), warmed_at=room.clock())
    session.add(seat)
    session.flush()
    server_line.ask_ahead(session, owner=seat, now=room.clock() - timedelta(minutes=1))
    session.commit()
    phone.join()

    start = session.scalars(select(ServerStart).execution_options(populate_existing=True)).one()
    assert (start.seat_id, start.state, start.warm) == (seat.id, StartState.waiting, False)
