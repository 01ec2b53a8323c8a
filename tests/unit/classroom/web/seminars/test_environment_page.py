"""The choice of an environment, in the form and on the seminar's page."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from classroom.config import Settings
from classroom.models import Seminar
from tests.support.pages import PageClient, soup_of, text_of
from tests.support.phone import Phone
from tests.support.seminar_room import Room

OTHER = "Machine learning"
FORM = {"title": "Data for everybody", "source": "example", "minutes": "90", "capacity": "40", "prewarm": "0"}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """With a second environment."""
    return settings.model_copy(update={"environments": {OTHER: "/opt/ml/bin/python"}})


def options(page: object) -> list[str]:
    return [str(option["value"]) for option in soup_of(page).select("select[name=environment] option")]  # type: ignore[arg-type]


def test_the_form_offers_what_the_settings_name_and_the_seminar_keeps_the_name(presenter: PageClient, session: Session) -> None:
    assert options(presenter.get("/seminars/new")) == ["Python", OTHER]
    presenter.post("/seminars/new", FORM | {"environment": OTHER})

    assert session.query(Seminar).one().environment == OTHER


def test_what_is_not_offered_is_refused_and_what_was_typed_stays(presenter: PageClient, session: Session) -> None:
    answer = presenter.post("/seminars/new", FORM | {"environment": "/bin/sh"})

    assert answer.status_code == 400
    assert "There is no environment “/bin/sh” here" in text_of(answer)
    assert 'value="Data for everybody"' in answer.get_data(as_text=True)
    assert session.query(Seminar).count() == 0


def test_it_can_be_changed_until_a_guest_is_in(presenter: PageClient, phone: Phone, seminar: Seminar, session: Session) -> None:
    at = f"/seminars/{seminar.slug}/"
    assert options(presenter.get(at)) == ["Python", OTHER]
    presenter.post(f"{at}environment", {"environment": OTHER})
    assert "Notebooks run in Machine learning." in text_of(presenter.get(at))
    phone.join()

    assert options(presenter.get(at)) == []
    presenter.post(f"{at}environment", {"environment": "Python"})
    assert "Guests are in already" in text_of(presenter.get(at))
    session.expire_all()
    assert seminar.environment == OTHER


def test_a_name_that_was_taken_out_of_the_settings_is_told(
    presenter: PageClient, phone: Phone, room: Room, seminar: Seminar
) -> None:
    seminar.environment = "Old things"
    room.session.commit()
    told = "“Old things” is not offered here any more. Notebooks run in Python instead."

    assert f"{told} Choose another, or ask the people" in text_of(presenter.get(f"/seminars/{seminar.slug}/"))
    phone.join()
    assert f"{told} Ask the people" in text_of(presenter.get(f"/seminars/{seminar.slug}/")), "nobody can choose now"


@pytest.mark.parametrize("where", ["/seminars/new", "/seminars/{slug}/"])
def test_where_there_is_one_python_nobody_reads_about_it(
    app: Flask, presenter: PageClient, seminar: Seminar, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Settings, "offered_environments", property(lambda _settings: ["Python"]))

    assert "environment" not in text_of(presenter.get(where.format(slug=seminar.slug))).lower()
