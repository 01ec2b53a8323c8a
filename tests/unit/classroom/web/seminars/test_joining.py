"""From the wall to a seat, and to nobody else's."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from classroom.models import Enrolment, Guest, Seat, Seminar
from classroom.services import guests, seminars
from tests.support.hub_stand_in import HubStandIn
from tests.support.pages import PageClient, SignIn, text_of
from tests.support.phone import Phone
from tests.support.seminar_room import SECRET, Room

BEARER = {"Authorization": "Bearer identity token"}


def the_guest(session: Session) -> Guest:
    session.expire_all()
    guest = session.scalars(select(Guest).options(joinedload(Guest.seat), joinedload(Guest.seminar))).one()
    session.commit()  # the portal's next request writes
    return guest


def test_the_code_leads_to_the_name_and_the_name_to_the_notebook(
    phone: Phone, seminar: Seminar, hub: HubStandIn, session: Session, room: Room, serve: Callable[[], None]
) -> None:
    page = phone.get(f"/join/{seminar.code.lower()}")
    assert page.location.endswith(f"/s/{seminar.slug}/join?code={seminar.code.lower()}")

    answer = phone.join()
    serve()

    assert answer.location.endswith(f"/s/{seminar.slug}/opening")
    guest = the_guest(session)
    assert guest.seat is not None
    assert hub.started == [guest.seat.hub_name]
    assert room.names(guest) == ["data-for-all/data.csv", "data-for-all/numbers.ipynb"]


def test_the_seats_cookie_is_for_this_seminars_pages_only(phone: Phone, seminar: Seminar) -> None:
    cookie = next(value for name, value in phone.join().headers if name == "Set-Cookie" and value.startswith("seat="))

    assert f"Path=/portal/s/{seminar.slug};" in f"{cookie};"
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_wrong_code_says_what_to_do(phone: Phone) -> None:
    answer = phone.get("/join/AAAAAA")

    assert answer.status_code == 404
    assert "type it again" in text_of(answer)


def test_joining_again_in_the_same_browser_is_the_same_seat(phone: Phone, session: Session) -> None:
    phone.join("Rosa")
    again = phone.get("join")
    phone.client.post(f"/s/{phone.seminar.slug}/join", {"name": "Rosa", "code": phone.seminar.code}, token=token_on(phone))

    assert again.location.endswith("/")
    session.rollback()
    assert session.scalar(select(func.count(Guest.id))) == 1


def token_on(phone: Phone) -> str:
    page = phone.get("").get_data(as_text=True)
    return page.partition('name="csrf_token" value="')[2].partition('"')[0]


def test_what_is_wrong_is_said_on_the_form_which_keeps_the_name(phone: Phone, seminar: Seminar, room: Room) -> None:
    seminars.end(room.session, seminar=seminar, now=room.clock())
    room.session.commit()

    assert "This seminar is over" in text_of(phone.get("join"))


def test_before_the_doors_open_the_page_waits_and_goes_on_by_itself(app: Flask, room: Room) -> None:
    early = Phone(app, room.make(starts_at=room.clock() + timedelta(hours=1)))

    assert "The doors open" in text_of(early.get("join"))
    assert "data-poll=" in early.get("doors").get_data(as_text=True)
    room.clock.forward(minutes=45)
    assert "data-reload" in early.get("doors").get_data(as_text=True)
    assert "Your name" in text_of(early.get("join"))


def test_a_passphrase_is_asked_for(app: Flask, room: Room) -> None:
    phone = Phone(app, room.make(passphrase="blue horses"))

    refused = phone.join("Rosa", passphrase="red horses")

    assert refused.status_code == 403
    assert "passphrase is not right" in text_of(refused)
    assert 'value="Rosa"' in refused.get_data(as_text=True)
    assert phone.join("Rosa", passphrase="blue horses").status_code == 303


def test_at_the_door_one_waits_on_the_seat_page_and_is_let_in(app: Flask, room: Room, session: Session) -> None:
    phone = Phone(app, room.make(needs_approval=True))
    assert phone.join().location.endswith(f"/s/{phone.seminar.slug}/")
    assert "You are at the door" in text_of(phone.get(""))
    guests.admit(session, guest=the_guest(session), now=room.clock())
    session.commit()

    assert "Open my notebook" in text_of(phone.get("now"))


def test_without_a_seat_there_is_only_the_way_back(app: Flask, phone: Phone, seminar: Seminar) -> None:
    phone.join()
    stranger = PageClient(app)
    for page in ("", "now", "opening", "enter", "notebook", "work.zip"):
        answer = stranger.get(f"/s/{seminar.slug}/{page}")
        assert answer.location.endswith(f"/s/{seminar.slug}/back"), page
    polling = stranger.get(
        f"/s/{seminar.slug}/opening/status", headers={"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin"}
    )
    assert polling.status_code == 403


def test_the_personal_code_opens_ones_own_seat_on_another_device(app: Flask, phone: Phone, session: Session) -> None:
    phone.join("Rosa")
    code = guests.personal_code(the_guest(session), SECRET)
    other = Phone(app, phone.seminar)

    assert other.post("back", personal_code="1-AAAA-AAAA").status_code == 404
    assert other.post("back", personal_code=code).location.endswith(f"/s/{phone.seminar.slug}/")
    assert "Rosa, this is your seat" in text_of(other.get(""))


def test_a_ready_server_leads_through_the_hubs_door_to_the_notebook(
    phone: Phone, hub: HubStandIn, session: Session, app: Flask, serve: Callable[[], None]
) -> None:
    phone.join()
    serve()
    hub.server = "ready"
    assert phone.get("opening/status").get_json()["url"].endswith("/enter")
    ticket = urlsplit(phone.get("enter").location)
    assert ticket.path.startswith("/hub/ticket/seat.")

    name = the_guest(session).seat.hub_name  # type: ignore[union-attr]
    token = ticket.path.removeprefix("/hub/ticket/")
    answer = app.test_client().post("/identity/ticket", json={"ticket": token}, headers=BEARER)
    again = app.test_client().post("/identity/ticket", json={"ticket": token}, headers=BEARER)

    next_page = f"/portal/s/{phone.seminar.slug}/notebook"
    assert answer.get_json() == {"name": name, "courses": {}, "guest": True, "next": next_page}
    assert again.status_code == 403
    where = f"http://{name}.localhost:8001/user/{name}/homeroom/open?path=data-for-all/numbers.ipynb"
    assert phone.get("notebook").location == where


def test_the_hub_is_told_who_may_stay(app: Flask, phone: Phone, session: Session, room: Room) -> None:
    phone.join()
    guest = the_guest(session)
    assert guest.seat is not None
    name = guest.seat.hub_name

    def refresh() -> int:
        return app.test_client().post("/identity/refresh", json={"name": name}, headers=BEARER).status_code

    assert refresh() == 200
    guests.refuse(session, guest=session.get_one(Guest, guest.id))
    session.commit()
    assert refresh() == 403


def test_a_seat_is_no_name_to_sign_in_with(app: Flask, phone: Phone, session: Session) -> None:
    phone.join()
    name = session.scalars(select(Seat.hub_name)).one()
    session.rollback()

    answer = app.test_client().post("/identity/password", json={"name": name, "password": "x"}, headers=BEARER)

    assert answer.status_code == 403


@pytest.mark.parametrize("page", ["/", "/account", "/courses/bio1/", "/courses/bio1/teach/", "/seminars/", "/seminars/new"])
def test_a_guest_reaches_no_page_of_the_portal(phone: Phone, page: str) -> None:
    phone.join()

    assert "/sign-in?next=" in phone.get(page).location


def test_who_is_signed_in_is_told_and_signed_out_on_entering(
    app: Flask, phone: Phone, sign_in: SignIn, teacher: Enrolment, hub: HubStandIn
) -> None:
    phone.client = sign_in(teacher)
    assert "signed in as" in text_of(phone.get("join"))
    phone.join()
    phone.get("enter")

    assert "/sign-in?next=" in phone.get("/account").location


def test_a_hub_that_is_away_keeps_nobody_from_joining(phone: Phone, hub: HubStandIn) -> None:
    hub.broken = True
    assert phone.join().status_code == 303
    assert phone.get("opening").status_code == 200
    assert phone.get("opening/status").get_json()["message"] == "Your seat is being made ready."
