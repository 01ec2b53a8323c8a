from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom.models import Course, Enrolment
from tests.support.pages import PageClient, text_of


def test_who_may_create_courses_makes_one_and_owns_it(
    teacher: Enrolment, session: Session, sign_in: Callable[..., PageClient]
) -> None:
    teacher.person.creates_courses = True
    session.commit()
    browser = sign_in(teacher)

    made = browser.post("/courses/new", {"title": "Chemistry", "slug": "chem", "timezone": "Europe/Berlin"})
    page = text_of(browser.get(made.location))

    assert "Chemistry is there." in page
    assert "1. Upload your roster" in page
    assert session.scalars(select(Course.timezone).where(Course.slug == "chem")).one() == "Europe/Berlin"


def test_a_wrong_name_is_refused_and_stays_in_the_form(
    teacher: Enrolment, session: Session, sign_in: Callable[..., PageClient]
) -> None:
    teacher.person.creates_courses = True
    session.commit()
    browser = sign_in(teacher)

    bad = [browser.post("/courses/new", {"title": "Again", "slug": slug, "timezone": zone}) for slug, zone in (
        ("new", "UTC"), ("Bio 1", "UTC"), ("bio1", "UTC"), ("bio2", "Mars/Base"))]  # fmt: skip

    assert [answer.status_code for answer in bad] == [400, 400, 409, 400]
    assert all('value="Again"' in answer.text for answer in bad)


def test_others_are_told_that_they_may_not(teacher: Enrolment, sign_in: Callable[..., PageClient]) -> None:
    browser = sign_in(teacher)

    assert browser.get("/courses/new").status_code == 403
    assert browser.post("/courses/new", {"title": "X", "slug": "xx"}).status_code == 403
