from io import BytesIO
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom.models import Enrolment, EnrolmentStatus, RosterUpload
from tests.support.pages import PageClient, soup_of, text_of
from tests.support.work import Lab

HERE = "/courses/bio1/teach/people/roster/"
CSV = "Name,E-mail,Student ID,Section\nMarie Curie,marie@example.edu,00123,Lab 1\nEmmy Noether,not an address,00124,Lab 2\n"


def send(browser: PageClient, text: str = CSV, name: str = "class.csv") -> Any:
    return browser.post(HERE, {"roster": (BytesIO(text.encode()), name)}, content_type="multipart/form-data")


def names(session: Session) -> set[str]:
    return {one.person.display_name for one in session.scalars(select(Enrolment).where(Enrolment.role == "student"))}


def fingerprint(browser: PageClient, address: str) -> str:
    field = soup_of(browser.get(address)).find("input", {"name": "fingerprint"})
    assert field is not None
    return str(field["value"])


def test_a_roster_changes_nothing_before_it_is_confirmed(tessa: PageClient, session: Session) -> None:
    sent = send(tessa)
    page = text_of(tessa.get(sent.location))

    assert sent.status_code == 303
    assert "1 new" in page
    assert "Row 3 E-mail “not an address” is no e-mail address. Left out" in page
    assert "Student id Student ID" in page
    assert names(session) == set()


def test_a_confirmed_roster_is_in_and_its_accounts_are_being_set_up(tessa: PageClient, session: Session) -> None:
    preview = send(tessa).location

    done = tessa.post(preview, {"fingerprint": fingerprint(tessa, preview)})
    page = text_of(tessa.get(done.location))

    assert names(session) == {"Marie Curie"}
    assert "/operations/" in done.location
    assert "Setting up accounts" in page
    assert "The roster is in." in page


def test_people_missing_from_the_file_stay_unless_the_box_is_ticked(
    tessa: PageClient, lab: Lab, ada: Enrolment, session: Session
) -> None:
    first, second = send(tessa).location, send(tessa).location

    listed = text_of(tessa.get(first))
    tessa.post(first, {"fingerprint": fingerprint(tessa, first)})
    session.expire_all()
    kept = ada.status
    session.commit()
    tessa.post(second, {"fingerprint": fingerprint(tessa, second), "drop_missing": "1"})
    session.expire_all()

    assert "Drop the 1 student missing from the file" in listed
    assert (kept, ada.status) == (EnrolmentStatus.active, EnrolmentStatus.dropped)


def test_a_roster_that_was_overtaken_is_shown_again(tessa: PageClient, session: Session) -> None:
    preview = send(tessa).location

    refused = tessa.post(preview, {"fingerprint": "another plan"})

    assert refused.location.endswith(preview)
    assert "The course changed since this preview was made." in text_of(tessa.get(preview))
    assert names(session) == set()


def test_a_file_that_is_no_roster_says_what_to_do(tessa: PageClient) -> None:
    page = text_of(tessa.get(send(tessa, "PK\x03\x04 workbook", "class.xlsx").location))

    assert "Nothing in this file can be used" in page
    assert "Excel" in page


def test_an_empty_form_and_a_huge_file_are_refused(tessa: PageClient, session: Session) -> None:
    nothing = tessa.post(HERE)
    huge = send(tessa, "x" * 300_000)

    assert (nothing.status_code, huge.status_code) == (400, 413)
    assert "Choose the roster file first." in text_of(nothing)
    assert session.scalars(select(RosterUpload)).all() == []


def test_a_roster_of_another_course_is_not_there(tessa: PageClient) -> None:
    assert tessa.get(f"{HERE}99/").status_code == 404
