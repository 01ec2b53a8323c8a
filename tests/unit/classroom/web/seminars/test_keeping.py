"""The seat page's zip and private link."""

import io
import zipfile

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom.models import Enrolment, Guest
from tests.support.pages import PageClient, SignIn, soup_of, text_of
from tests.support.phone import Phone
from tests.support.seminar_room import Room


def names(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.namelist()


def private_link(phone: Phone) -> str:
    phone.post("", "link")
    return str(soup_of(phone.get("")).select_one('a[href*="/kept/"]')["href"]).partition("8000")[2]  # type: ignore[index]


def test_a_zip_of_the_work_is_a_download(phone: Phone) -> None:
    phone.join()
    answer = phone.get("work.zip")

    assert answer.headers["Content-Disposition"] == 'attachment; filename="data-for-all.zip"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "data-for-all/numbers.ipynb" in names(answer.data)


def test_a_private_link_needs_no_seat_and_leads_to_the_work(app: Flask, phone: Phone) -> None:
    phone.join("Rosa")
    link = private_link(phone)
    stranger = PageClient(app)

    assert "Work of Rosa" in text_of(stranger.get(link))
    assert "data-for-all/data.csv" in names(stranger.get(f"{link}/work.zip").data)
    assert stranger.get(link[:-1]).status_code == 404
    assert "/sign-in?next=" in stranger.get(f"{link}/claim").location


def test_somebody_with_an_account_takes_the_work_there(
    phone: Phone, sign_in: SignIn, ada: Enrolment, room: Room, session: Session
) -> None:
    phone.join()
    link = private_link(phone)
    browser = sign_in(ada)
    browser.post(f"{link}/claim")
    page = text_of(browser.get(link))

    assert "2 new files" in page
    folder = f"seminars/{session.scalars(select(Guest)).one().seminar.slug}"
    assert room.context.homes.read("ada", f"{folder}/data-for-all/data.csv", limit=100) == b"a,b\n1,2\n"
