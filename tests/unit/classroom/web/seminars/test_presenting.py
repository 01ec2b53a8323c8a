"""The teacher's side."""

import io

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom.models import Enrolment, Guest, GuestState, Seat, Seminar
from classroom.services import server_line
from tests.support.pages import PageClient, SignIn, soup_of, text_of
from tests.support.phone import Phone
from tests.support.seminar_room import EXERCISES, Room

FORM = {
    "title": "Data for everybody", "source": "example", "starts_at": "2026-09-07T12:05", "timezone": "Europe/Berlin",
    "minutes": "90", "capacity": "40", "prewarm": "4", "interface": "lab",
}  # fmt: skip


def test_one_form_makes_a_seminar(presenter: PageClient, session: Session) -> None:
    assert "No seminar yet" in text_of(presenter.get("/seminars/"))
    answer = presenter.post("/seminars/new", FORM)
    seminar = session.scalars(select(Seminar)).one()

    assert answer.location.endswith(f"/seminars/{seminar.slug}/")
    assert (seminar.folder, seminar.notebook, seminar.starts_at.hour) == ("data-for-everybody", "first-look.ipynb", 10)
    page = presenter.get(answer.location)
    assert seminar.code in text_of(page)
    assert "data:image/svg+xml" in page.get_data(as_text=True)


def test_the_form_is_filled_in_on_the_readers_clock(presenter: PageClient) -> None:
    presenter.flask.set_cookie("homeroom-zone", "Europe/Berlin")
    page = soup_of(presenter.get("/seminars/new"))

    assert page.select_one('input[name=timezone][value="Europe/Berlin"]')
    assert page.select_one('input[name=starts_at][value="2026-09-07T12:05"]')


def test_an_uploaded_notebook_is_given_out(presenter: PageClient, session: Session) -> None:
    files = (io.BytesIO(EXERCISES), "numbers.ipynb")
    presenter.post("/seminars/new", {**FORM, "source": "upload", "files": files}, content_type="multipart/form-data")

    assert session.scalars(select(Seminar)).one().notebook == "numbers.ipynb"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"title": ""}, "needs a title"),
        ({"minutes": "long"}, "Length"),
        ({"capacity": "9999"}, "seats"),
        ({"starts_at": "soon"}, "no date"),
        ({"timezone": "Mars"}, "no time zone"),
        ({"source": "upload"}, "Choose at least one notebook"),
        ({"source": "git", "git_address": "file:///etc"}, "begins with https"),
        ({"source": "elsewhere"}, "where the files come from"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    presenter: PageClient, session: Session, wrong: dict[str, str], says: str
) -> None:
    answer = presenter.post("/seminars/new", FORM | wrong)

    assert answer.status_code in {400, 413}
    assert says in text_of(answer)
    assert 'value="2026-09-07T12:05"' in answer.get_data(as_text=True) or "starts_at" in wrong
    assert session.scalars(select(Seminar)).all() == []


def test_a_server_that_did_not_start_beforehand_is_told_on_the_page(
    presenter: PageClient, seminar: Seminar, room: Room, session: Session
) -> None:
    for number, problem in enumerate(["", "Spawn failed: <no memory>."]):
        seat = Seat(seminar_id=seminar.id, hub_name=f"guest-{number}", version=1, made_at=room.clock(), warmed_at=room.clock())
        session.add(seat)
        session.flush()
        server_line.ask_ahead(session, owner=seat, now=room.clock())
        start = server_line.start_of(session, owner=seat)
        if problem and start:
            server_line.failed(start, reason=problem, now=room.clock())
    session.commit()

    page = text_of(presenter.get(f"/seminars/{seminar.slug}/"))

    assert "1 of 2 servers that were to run beforehand did not start: Spawn failed: <no memory>. A guest's own start" in page
    assert "1 of them warm" in page


def test_who_may_not_make_courses_sees_no_seminars(sign_in: SignIn, student: Enrolment, seminar: Seminar) -> None:
    browser = sign_in(student)

    assert browser.get("/seminars/").status_code == 403
    assert browser.post("/seminars/new", FORM).status_code == 403
    for page in ("", "wall", "projector", "projector/now"):
        assert browser.get(f"/seminars/{seminar.slug}/{page}").status_code == 404
    for button in ("end", "code", "announcement", "push", "doors", "prolong", "guests/admit"):
        assert browser.post(f"/seminars/{seminar.slug}/{button}").status_code == 404


def test_the_room_fills_and_raised_hands_are_seen(presenter: PageClient, phone: Phone, seminar: Seminar) -> None:
    phone.join("Rosa <b>")
    assert "Raise my hand" in text_of(phone.get(""))
    phone.post("", "hand", up="1")
    wall = text_of(presenter.get(f"/seminars/{seminar.slug}/"))

    assert "Rosa <b>" in wall
    assert "Hand up" in wall
    assert "Exercise 1: two" in wall


def test_an_announcement_reaches_every_seat(presenter: PageClient, phone: Phone, seminar: Seminar) -> None:
    phone.join()
    presenter.post(f"/seminars/{seminar.slug}/announcement", {"announcement": " Ten  minutes <left> "})
    assert "Ten minutes <left>" in text_of(phone.get("now"))
    presenter.post(f"/seminars/{seminar.slug}/announcement", {"announcement": ""})

    assert "Ten minutes" not in text_of(phone.get("now"))


def test_the_door_is_kept(presenter: PageClient, room: Room, app: object, session: Session) -> None:
    seminar = room.make(needs_approval=True)
    one, other = room.join(seminar, "One"), room.join(seminar, "Other")
    at = f"/seminars/{seminar.slug}"
    assert "2 guests at the door" in text_of(presenter.get(f"{at}/"))
    presenter.post(f"{at}/guests/{one.id}/refuse")
    presenter.post(f"{at}/guests/admit")
    session.expire_all()

    assert (one.state, other.state) == (GuestState.refused, GuestState.admitted)
    session.commit()
    assert presenter.post(f"{at}/guests/99999/admit").status_code == 404


def test_another_seminars_guest_is_not_touched(presenter: PageClient, room: Room, session: Session) -> None:
    mine, other = room.make(), room.make()
    guest = room.join(other)

    assert presenter.post(f"/seminars/{mine.slug}/guests/{guest.id}/refuse").status_code == 404
    session.expire_all()
    assert session.get_one(Guest, guest.id).state == GuestState.admitted


def test_a_file_is_given_to_everybody(presenter: PageClient, seminar: Seminar, session: Session) -> None:
    files = {"files": (io.BytesIO(b"1,2\n"), "more.csv")}
    presenter.post(f"/seminars/{seminar.slug}/push", files, content_type="multipart/form-data")
    said = text_of(presenter.get(f"/seminars/{seminar.slug}/"))
    session.expire_all()

    assert "What guests wrote in a notebook stays, with your new cells in it" in said
    assert seminar.version == 2
    assert "more.csv" in [entry["path"] for entry in seminar.files]


def test_the_projector_shows_nothing_of_guests_but_how_many(presenter: PageClient, phone: Phone, seminar: Seminar) -> None:
    phone.join("Rosa Example")
    page = text_of(presenter.get(f"/seminars/{seminar.slug}/projector"))

    assert seminar.code in page
    assert "1 person is in" in page
    assert "Rosa" not in page


def test_after_the_end_there_is_no_way_in_and_the_page_says_so(presenter: PageClient, phone: Phone, seminar: Seminar) -> None:
    code = seminar.code
    presenter.post(f"/seminars/{seminar.slug}/end")

    assert phone.get(f"/join/{code}").status_code == 404
    page = text_of(presenter.get(f"/seminars/{seminar.slug}/"))
    assert "Over" in page
    assert code not in page
    assert "Planned" not in text_of(presenter.get("/seminars/"))
