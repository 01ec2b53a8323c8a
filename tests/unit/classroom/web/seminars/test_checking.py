"""Check on the seat page, which works without scripts."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom.models import Guest, GuestCheck, Seminar
from classroom.services import guest_checks
from tests.support.pages import PageClient, soup_of, text_of
from tests.support.phone import Phone
from tests.support.seminar_room import Room, saved


@pytest.fixture
def seated(phone: Phone, session: Session, room: Room) -> Phone:
    """A guest who has solved the first exercise."""
    phone.join()
    room.write(session.scalars(select(Guest)).one(), saved(x="x = 2"))
    session.commit()
    return phone


def press_check(phone: Phone) -> str:
    answer = phone.post("", "check")
    assert answer.status_code == 303, text_of(answer)
    return str(answer.location)


def reply(room: Room, **more: object) -> None:
    for id_ in room.session.scalars(select(GuestCheck.id)):
        told = {"status": "checked", "ran": [2, 4, 5, 7], **more}
        guest_checks.record(room.session, check_id=id_, reply=told, files=room.context.files, now=room.clock())
    room.session.commit()


def test_check_leads_to_a_page_that_loads_itself_anew_until_there_is_an_answer(seated: Phone, room: Room) -> None:
    address = press_check(seated)
    waiting = seated.client.get(address)
    reply(room)
    page = seated.client.get(address)

    assert soup_of(waiting).select_one("noscript meta[http-equiv=refresh]")
    assert "Exercise 1: two Result Passes" in text_of(page) or "Exercise 1: two Passes" in text_of(page)
    assert "Exercise 2: three Not started" in text_of(page).replace(" Result", "")
    assert "This is what the tests you can see say." in text_of(page)
    assert not soup_of(page).select("[data-poll], noscript meta[http-equiv=refresh]")
    assert "1 of 2 exercises pass the tests you can see." in text_of(seated.get(""))


def test_what_a_guests_code_said_is_text(seated: Phone, session: Session, room: Room) -> None:
    room.write(session.scalars(select(Guest)).one(), saved(x="x = 3"))
    session.commit()
    address = press_check(seated)
    reply(room, ran=[2, 4], stumbles=[{"notebook": "numbers.ipynb", "cell": 5, "message": "<b>no</b>"}])

    page = seated.client.get(address)

    assert "<b>no</b>" in text_of(page)
    assert not soup_of(page).select("td b")


def test_another_guests_check_does_not_exist(seated: Phone, seminar: Seminar) -> None:
    address = press_check(seated)
    other = Phone(seated.app, seminar)
    other.join("Ben")

    assert other.client.get(address).status_code == 404
    assert other.client.get(f"{address}now").status_code == 404


def test_after_the_end_nothing_is_checked_and_the_last_answer_can_be_read(seated: Phone, room: Room) -> None:
    address = press_check(seated)
    reply(room)
    room.clock.forward(minutes=90)

    assert seated.post("", "check").status_code == 409
    page = seated.client.get(address)
    assert page.status_code == 200
    assert "Check again" not in text_of(page)


def test_the_teacher_reads_on_the_wall_that_a_check_found_it(
    seated: Phone, room: Room, presenter: PageClient, seminar: Seminar
) -> None:
    slug = seminar.slug
    press_check(seated)
    reply(room)

    wall = soup_of(presenter.get(f"/seminars/{slug}/wall"))

    passed = wall.select_one(".wall-passed[title]")
    assert passed is not None
    assert passed["title"] == "done, by a check"
    assert "done, by a check" in passed.get_text(), "said to those who do not see the colours, too"
