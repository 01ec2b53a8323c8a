"""The API behind the buttons in JupyterLab for a seminar's guests: whose seat asks, what it is told, what it may do."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from classroom.models import Guest, GuestCheck, Seminar
from classroom.services import guest_checks, guests, seminar_material, seminars
from hub_bridge.scopes import SEAT_SCOPE
from tests.support.hub_stand_in import HubStandIn
from tests.support.hub_twin import HubTwin
from tests.support.seminar_room import Room, saved
from tests.support.work import Lab

SEAT = "/own-server/seat/"
PATH = "data-for-all/numbers.ipynb"
Ask = Callable[..., TestResponse]


@pytest.fixture
def room(lab: Lab) -> Room:
    """The course's owner holds a seminar, too."""
    lab.teacher.person.creates_courses = True
    lab.session.commit()
    hub = HubTwin()
    return Room(lab.session, replace(lab.context, hub=lambda: hub), lab.clock, hub, lab.teacher.person)


@pytest.fixture
def seminar(room: Room) -> Seminar:
    return room.make()


@pytest.fixture
def rosa(room: Room, seminar: Seminar) -> Guest:
    guest = room.join(seminar)
    room.tick()
    return guest


@pytest.fixture
def ask(app: Flask, hub: HubStandIn, room: Room, rosa: Guest) -> Ask:
    """``ask("check", path=PATH)`` as Rosa's server does; ``who`` is a hub name that shows a token of its own."""

    def call(what: str = "", *, who: str = "", scopes: tuple[str, ...] = (SEAT_SCOPE,), **told: Any) -> TestResponse:
        name = who or name_of(rosa)
        hub.tokens[f"of {name}"] = {"kind": "user", "name": name, "scopes": list(scopes)}
        headers = {"Authorization": f"token of {name}"}
        room.session.commit()  # what was read here must not hold up the portal
        client = app.test_client()
        if what in {"check", "hand", "submit", "look"}:
            return client.post(f"{SEAT}{what}", json=told, headers=headers)
        return client.get(f"{SEAT}{what}", headers=headers)

    return call


def name_of(guest: Guest) -> str:
    assert guest.seat is not None
    return guest.seat.hub_name


def reply(room: Room, **more: object) -> None:
    for id_ in room.session.scalars(select(GuestCheck.id)):
        told = {"status": "checked", "ran": [2, 4, 5, 7], **more}
        guest_checks.record(room.session, check_id=id_, reply=told, files=room.context.files, now=room.clock())
    room.session.commit()


def test_a_notebook_that_was_given_out_anew_is_told_to_who_has_it_open(ask: Ask, room: Room, seminar: Seminar) -> None:
    before = ask().get_json()["update"]
    room.clock.forward(minutes=5)
    material = seminar_material.students_files({"numbers.ipynb": saved(x="x = 1"), "data.csv": b"a,b\n1,3\n"})
    seminars.push(room.session, seminar=seminar, material=material, files=room.context.files, now=room.clock())
    room.session.commit()

    assert before == {}
    assert ask().get_json()["update"] == {"numbers.ipynb": {"how": "given", "at": "2026-09-07T10:05:00+00:00"}}


def test_the_state_says_what_is_announced_until_when_and_where_the_files_lie(ask: Ask, room: Room, seminar: Seminar) -> None:
    seminar.announcement, seminar.announced_at = "Ten minutes left.", room.clock()
    room.session.commit()

    told = ask().get_json()

    assert (told["seat"], told["folder"], told["notebooks"]) == (True, "data-for-all", ["numbers.ipynb"])
    assert (told["announcement"], told["announced_at"]) == ("Ten minutes left.", room.clock().isoformat())
    assert told["due_at"] == seminar.ends_at.isoformat()
    assert told["page"].endswith(f"/portal/s/{seminar.slug}/")
    assert told["hand"] is False


def test_a_hand_goes_up_and_down(ask: Ask) -> None:
    assert ask("hand", up=True).get_json() == {"hand": True}
    assert ask().get_json()["hand"] is True
    assert ask("hand", up=False).get_json() == {"hand": False}
    assert ask("hand", up="true").get_json() == {"hand": False}, "only a yes is a yes"


def test_a_check_is_asked_for_and_answered_by_exercise(ask: Ask, room: Room, rosa: Guest) -> None:
    room.write(rosa, saved(x="x = 2"))
    waiting = ask("check", path=PATH).get_json()
    reply(room)

    answer = ask(f"checks/{waiting['id']}").get_json()

    assert waiting["state"] == "waiting"
    assert [(one["title"], one["state"]) for one in answer["questions"]] == [
        ("Exercise 1: two", "passes"),
        ("Exercise 2: three", "untouched"),
    ]
    assert answer["sentence"] == "1 of 2 exercises pass the tests you can see."
    assert "tests you can see" in answer["about_hidden_tests"]


@pytest.mark.parametrize(
    "path", ["", "numbers.ipynb", "data-for-all/data.csv", "other/numbers.ipynb", "bio1/growth/growth.ipynb"]
)
def test_only_the_seminars_own_notebooks_are_checked_whatever_path_is_said(ask: Ask, room: Room, path: str) -> None:
    assert ask("check", path=path).status_code == 404
    assert not room.session.scalar(select(GuestCheck.id))


def test_another_guest_sees_neither_the_check_nor_the_hand(ask: Ask, room: Room, seminar: Seminar, rosa: Guest) -> None:
    room.write(rosa, saved(x="x = 2"))
    check = ask("check", path=PATH).get_json()["id"]
    ask("hand", up=True)
    other = name_of(room.join(seminar, "Ben"))

    assert ask(f"checks/{check}", who=other).status_code == 404
    assert ask(who=other).get_json()["hand"] is False


def test_who_was_shown_out_and_whoever_comes_after_the_end_is_refused(
    ask: Ask, room: Room, seminar: Seminar, rosa: Guest
) -> None:
    guest = room.join(seminar, "Ben")
    other = name_of(guest)
    guests.refuse(room.session, guest=guest)
    room.session.commit()
    assert ask(who=other).status_code == 403

    assert ask().status_code == 200
    room.clock.forward(minutes=90)
    assert [ask(what).status_code for what in ("", "check", "hand", "checks/1")] == [403] * 4


def test_students_and_staff_have_no_seat_whatever_scope_they_show(ask: Ask, lab: Lab) -> None:
    lab.student("ada")
    everything = (SEAT_SCOPE, "access:services!service=portal")

    for name in ("ada", lab.teacher.person.hub_name):
        assert ask(who=name, scopes=everything).status_code == 403
    assert ask(who="guest-nobodyhere", scopes=everything).status_code == 403


def test_a_seats_token_needs_the_scope_of_seats_and_opens_nothing_of_courses(ask: Ask, app: Flask, rosa: Guest, lab: Lab) -> None:
    assignment = lab.publish()
    assert ask(scopes=("access:services",)).status_code == 401

    ask()
    headers = {"Authorization": f"token of {name_of(rosa)}"}
    answer = app.test_client().get(f"/own-server/courses/bio1/a/{assignment.slug}/", headers=headers)
    assert answer.status_code == 401


def test_guests_hand_nothing_in(ask: Ask) -> None:
    assert ask("submit", path=PATH).status_code == 404
    assert ask("look", path=PATH).status_code == 404


def test_without_a_token_nobody_is_told_anything_though_a_seats_cookie_comes_along(app: Flask, rosa: Guest) -> None:
    client = app.test_client()
    client.set_cookie("seat", guests.cookie_of(rosa, app.secret_key), path="/")  # type: ignore[arg-type]

    assert client.get(SEAT).status_code == 401
