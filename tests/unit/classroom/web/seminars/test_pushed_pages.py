"""A file is given out while guests work: what they and the teacher read of it, and a guest's way back to an earlier state."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom.models import Guest, Seminar
from classroom.services import seminars
from classroom.services.seminar_wall import Ticks
from classroom.web.seminars import wall
from tests.support.pages import PageClient, soup_of, text_of
from tests.support.phone import Phone
from tests.support.seminar_room import EXERCISES, Room, saved

CORRECTED = EXERCISES.replace(b"Exercise 2: three", b"Exercise 2: a three")
FORM = {"path": "numbers.ipynb"}


def push(room: Room, seminar: Seminar, data: bytes = CORRECTED, path: str = "numbers.ipynb") -> None:
    room.clock.forward(minutes=1)
    seminars.push(room.session, seminar=seminar, material={path: data}, files=room.context.files, now=room.clock())
    tick(room, seminar)


def tick(room: Room, seminar: Seminar) -> None:
    """The clock ticks; what is read of the seminar afterwards holds up nobody."""
    room.tick()
    room.session.refresh(seminar)
    room.session.commit()


def only_guest(session: Session) -> Guest:
    found = session.scalars(select(Guest)).one()
    session.commit()
    return found


def first_copy(phone: Phone) -> str:
    return str(soup_of(phone.get("earlier/")).select_one('input[name="copy"]')["value"])  # type: ignore[index]


@pytest.fixture
def rosa(phone: Phone, room: Room, seminar: Seminar, session: Session) -> Guest:
    """She is in, and has solved the first exercise."""
    tick(room, seminar)
    phone.join("Rosa")
    guest = only_guest(session)
    room.write(guest, saved(x="x = 2"))
    return guest


def test_a_guest_reads_what_came_into_which_file_when_and_that_an_open_notebook_must_be_loaded(
    phone: Phone, rosa: Guest, room: Room, seminar: Seminar
) -> None:
    assert "New from your teacher" not in text_of(phone.get("now"))
    push(room, seminar)
    push(room, seminar, b"1\n", "more.csv")
    page = text_of(phone.get("now"))

    newest, before = page.index("more.csv , Mon 7 Sep 2026, 10:02"), page.index("numbers.ipynb , Mon 7 Sep 2026, 10:01")
    assert newest < before
    assert "the new version was put into yours. Nothing that you wrote was removed" in page
    assert "press Load it above its cells" in page
    assert "Earlier states of your files" in page


def test_a_guest_reads_which_file_lies_beside_theirs_and_why(phone: Phone, rosa: Guest, room: Room, seminar: Seminar) -> None:
    room.write(rosa, b"broken")
    push(room, seminar)
    page = text_of(phone.get("now"))
    [new] = [name for name in room.names(rosa) if ".new-" in name]

    assert f"the new one lies beside it as {new.partition('/')[2]}" in page
    assert "It could not be merged: Your file could not be read as a notebook." in page
    assert "Reload Notebook" not in page, "theirs is as it was"


def test_whoever_comes_after_the_push_has_no_news(phone: Phone, room: Room, seminar: Seminar) -> None:
    tick(room, seminar)
    push(room, seminar)
    room.clock.forward(minutes=1)
    phone.join()

    assert "New from your teacher" not in text_of(phone.get("now"))


def test_the_teacher_reads_how_many_have_it_and_how_it_met_what_they_had(
    app: Flask, rosa: Guest, room: Room, seminar: Seminar, presenter: PageClient
) -> None:
    app.extensions[wall._TICKS] = Ticks(seconds=0)
    address = f"/seminars/{seminar.slug}/wall"
    assert "New files were given out" not in text_of(presenter.get(address))
    broken = room.join(seminar, "Ben")
    room.join(seminar, "Idle")
    room.write(broken, b"broken")
    seminars.push(
        room.session, seminar=seminar, material={"numbers.ipynb": CORRECTED}, files=room.context.files, now=room.clock()
    )
    room.session.commit()
    assert "0 of 3 guests have them so far." in text_of(presenter.get(address))

    room.clock.forward(minutes=1)
    tick(room, seminar)
    page = text_of(presenter.get(address))
    assert "all 3 guests have them, merged into what 1 guest wrote, beside a changed file of 1 guest." in page


def test_a_guest_gets_the_state_before_the_push_back_and_it_stays_until_the_next(
    phone: Phone, rosa: Guest, room: Room, seminar: Seminar
) -> None:
    push(room, seminar)
    merged = room.read(rosa)
    answer = phone.post("earlier/", "earlier/bring-back", **FORM, copy=first_copy(phone))
    page = text_of(phone.get("earlier/"))
    phone.post("", "open")

    assert answer.status_code == 303
    assert room.read(rosa) == saved(x="x = 2")
    assert "numbers.ipynb is as it was then" in page
    assert "you brought an earlier state back" in text_of(phone.get("now"))
    assert page.count("As it was until") == 2, "the merged one is kept, too"
    assert "The same as now" in page

    push(room, seminar, CORRECTED.replace(b"y = ...", b"y = 0"))
    assert room.read(rosa) not in {saved(x="x = 2"), merged}
    assert b"Exercise 2: a three" in (room.read(rosa) or b"")


def test_opening_puts_a_push_in_that_an_old_copy_was_saved_over(phone: Phone, rosa: Guest, room: Room, seminar: Seminar) -> None:
    push(room, seminar)
    room.write(rosa, saved(x="x = 22"))
    phone.post("", "open")

    found = room.read(rosa) or b""
    assert b"x = 22" in found
    assert b"Exercise 2: a three" in found


def test_opening_works_for_a_home_that_takes_nothing(phone: Phone, rosa: Guest, room: Room) -> None:
    folder = room.context.homes.root / room.seat(rosa).hub_name / "data-for-all"
    folder.rename(folder.with_name("away"))
    folder.symlink_to("/etc")

    assert phone.post("", "open").location.endswith("/opening")


def test_only_copies_of_the_seminars_files_are_brought_back(phone: Phone, rosa: Guest, room: Room, seminar: Seminar) -> None:
    push(room, seminar)
    before, copy = room.read(rosa), first_copy(phone)

    for wrong, says in (
        ({"copy": "20260907T100000Z-1-00000000.ipynb"}, "is not there any more, so nothing was changed"),
        ({"copy": "../../numbers.ipynb"}, "is not there any more, so nothing was changed"),
        ({"path": "../other.ipynb"}, "no such file in this seminar"),
        ({"path": ".ssh/authorized_keys"}, "no such file in this seminar"),
        ({"path": ""}, "no such file in this seminar"),
    ):
        phone.post("earlier/", "earlier/bring-back", **{**FORM, "copy": copy, **wrong})
        assert says in text_of(phone.get("earlier/"))
        assert room.read(rosa) == before


def test_a_guest_reaches_no_states_but_their_own(app: Flask, phone: Phone, rosa: Guest, room: Room, seminar: Seminar) -> None:
    push(room, seminar)
    copy = first_copy(phone)
    other = Phone(app, seminar)
    other.join("Ben")
    ben = room.session.scalars(select(Guest).where(Guest.name == "Ben")).one()
    room.session.commit()
    before = (room.read(rosa), room.read(ben))

    assert "No earlier states" in text_of(other.get("earlier/"))
    other.post("", "earlier/bring-back", **FORM, copy=copy)
    assert (room.read(rosa), room.read(ben)) == before
    assert PageClient(app).get(f"/s/{seminar.slug}/earlier/").status_code == 302
    assert Phone(app, room.make()).get("earlier/").status_code == 302, "another seminar's cookie is none here"


def test_the_way_back_is_closed_before_one_is_in_for_who_was_shown_out_and_after_the_end(
    app: Flask, phone: Phone, rosa: Guest, room: Room, seminar: Seminar, presenter: PageClient
) -> None:
    waiting = Phone(app, room.make(needs_approval=True))
    waiting.join()
    assert waiting.get("earlier/").status_code == 409

    push(room, seminar)
    copy, before = first_copy(phone), room.read(rosa)
    other = Phone(app, seminar)
    other.join("Ben")
    ben = room.session.scalars(select(Guest.id).where(Guest.name == "Ben")).one()
    room.session.commit()
    presenter.post(f"/seminars/{seminar.slug}/guests/{ben}/refuse")
    assert other.post(f"/s/{seminar.slug}/join", "earlier/bring-back", **FORM, copy=copy).status_code == 403
    assert other.get("earlier/").status_code == 302
    assert room.read(rosa) == before

    room.clock.forward(minutes=90)
    tick(room, seminar)
    assert phone.get("earlier/").status_code == 409
    assert "earlier/" not in phone.get("").get_data(as_text=True)
