"""The hub asks who somebody is."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from classroom.config import Settings
from classroom.models import Course, Enrolment, EnrolmentStatus
from classroom.services import identity
from classroom.web import create_app

BEARER = {"Authorization": "Bearer identity token"}
PASSWORD = "a short sentence"


@pytest.fixture
def sam(session: Session, student: Enrolment) -> Enrolment:
    """A student with a password."""
    identity.set_password(session, person=student.person, password=PASSWORD)
    session.commit()
    return student


def ask(app: Flask, what: str, headers: dict[str, str] | None = None, **body: Any) -> TestResponse:
    return app.test_client().post(f"/identity/{what}", json=body, headers=BEARER if headers is None else headers)


def test_name_and_password_give_the_person_and_their_courses(app: Flask, sam: Enrolment) -> None:
    answer = ask(app, "password", name="Sam", password=PASSWORD)

    assert answer.get_json() == {"name": "sam", "courses": {"bio1": "student"}}


@pytest.mark.parametrize(
    "body",
    [{"name": "sam", "password": "wrong"}, {"name": "nobody", "password": PASSWORD}, {"name": "sam"}, {"name": ["sam"]}, {}],
)
def test_anything_else_is_refused_in_the_same_way(app: Flask, sam: Enrolment, body: dict[str, Any]) -> None:
    answer = ask(app, "password", **body)

    assert answer.status_code == 403
    assert "message" in answer.get_json()


@pytest.mark.parametrize("what", ["password", "ticket", "refresh"])
@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer wrong", "Basic identity token", "Bearer identity tokén"])
def test_without_the_token_nothing_is_answered(app: Flask, sam: Enrolment, what: str, header: str) -> None:
    answer = ask(app, what, headers={"Authorization": header}, name="sam", password=PASSWORD)

    assert answer.status_code == 401
    assert "sam" not in answer.get_data(as_text=True)


def test_an_empty_setting_lets_no_empty_token_in(settings: Settings, sam: Enrolment) -> None:
    app = create_app(settings.model_copy(update={"identity_token": type(settings.identity_token)("")}))

    assert ask(app, "refresh", headers={"Authorization": "Bearer "}, name="sam").status_code == 401


def test_guessing_a_password_is_slowed_down(app: Flask, session: Session, sam: Enrolment) -> None:
    sam.person.hub_name = "guessed"  # a name of its own: the count is kept for the whole process
    session.commit()

    statuses = [ask(app, "password", name="guessed", password=f"wrong {n}").status_code for n in range(12)]

    assert statuses[0] == 403
    assert statuses[-1] == 429
    assert ask(app, "password", name="guessed", password=PASSWORD).status_code == 429


def test_somebody_dropped_from_everything_cannot_sign_in_any_more(app: Flask, session: Session, sam: Enrolment) -> None:
    sam.status = EnrolmentStatus.dropped
    session.commit()

    assert ask(app, "password", name="sam", password=PASSWORD).status_code == 403
    assert ask(app, "refresh", name="sam").status_code == 403


def test_refreshing_tells_what_somebody_is_now(app: Flask, teacher: Enrolment, course: Course) -> None:
    assert ask(app, "refresh", name="tessa").get_json() == {"name": "tessa", "courses": {course.slug: "owner"}}
