"""The code on the teacher's page and on the wall, as it changes."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from classroom.models import Seminar
from classroom.services import join_codes
from tests.support.pages import PageClient, soup_of, text_of
from tests.support.phone import Phone
from tests.support.seminar_room import Room
from tests.support.work import Clock
from tests.unit.classroom.conftest import CountQueries


@pytest.fixture
def at(seminar: Seminar) -> str:
    return f"/seminars/{seminar.slug}/"


def test_a_new_code_is_shown_and_the_old_one_can_be_closed(
    presenter: PageClient, phone: Phone, seminar: Seminar, session: Session, at: str
) -> None:
    old = seminar.code
    assert "Codes from before" not in text_of(presenter.get(at))
    presenter.post(f"{at}code")
    session.expire_all()
    page = text_of(presenter.get(at))
    assert seminar.code in page
    assert old not in page
    assert "Codes from before work until" in page
    assert phone.get(f"/join/{old}").status_code == 302
    session.commit()

    presenter.post(f"{at}code/close-old")
    assert phone.get(f"/join/{old}").status_code == 404
    assert "Codes from before" not in text_of(presenter.get(at))


def test_the_projector_says_in_minutes_when_the_code_changes(presenter: PageClient, room: Room, clock: Clock, at: str) -> None:
    assert "New code" not in text_of(presenter.get(f"{at}projector"))
    presenter.post(f"{at}code/every", {"code_minutes": "5"})

    def said(**later: int) -> str:
        clock.forward(**later)
        return text_of(presenter.get(f"{at}projector/now"))

    assert "New code in 5 min; whoever is in stays in" in said()
    assert "New code in 5 min;" in said(seconds=59)
    assert "New code in 4 min;" in said(seconds=1)
    assert "New code within a minute;" in said(minutes=3, seconds=30)
    assert "New code within a minute;" in said(minutes=5), "a clock that is late promises nothing odd"


def test_when_the_code_changes_costs_no_query(
    presenter: PageClient, seminar: Seminar, session: Session, at: str, count_queries: CountQueries
) -> None:
    def queries() -> int:
        with count_queries() as asked:
            presenter.get(f"{at}projector/now")
        return len(asked)

    queries()
    before = queries()
    seminar.code_minutes = 5
    session.commit()

    assert queries() == before


def test_the_code_on_the_teachers_page_fetches_itself_anew_where_it_may_change(presenter: PageClient, at: str) -> None:
    address = f"/portal{at}code"
    assert not soup_of(presenter.get(at)).select(f'[data-poll="{address}"]')
    presenter.post(f"{at}code/every", {"code_minutes": "10"})

    assert soup_of(presenter.get(at)).select(f'[data-poll="{address}"]')
    assert "in 10 min" in text_of(presenter.get(f"{at}code"))
    presenter.post(f"{at}end")
    assert text_of(presenter.get(f"{at}code")).strip() == ""


@pytest.mark.parametrize("minutes", ["", "7", "-5", "often"])
def test_only_the_choices_are_taken(presenter: PageClient, seminar: Seminar, session: Session, at: str, minutes: str) -> None:
    presenter.post(f"{at}code/every", {"code_minutes": minutes})
    session.expire_all()

    assert seminar.code_minutes == 0
    assert "every 5, 10 or 30 minutes, or never" in text_of(presenter.get(at))


def test_the_form_sets_it(presenter: PageClient, session: Session) -> None:
    form = {"title": "Rotating", "source": "example", "minutes": "90", "capacity": "40", "prewarm": "0"}
    presenter.post("/seminars/new", form | {"code_minutes": "10"})
    assert session.query(Seminar).one().code_minutes == 10
    session.commit()
    answer = presenter.post("/seminars/new", form | {"code_minutes": "7"})

    assert answer.status_code == 400
    assert "or never" in text_of(answer)


def test_who_is_in_stays_in_through_every_new_code(phone: Phone, room: Room, seminar: Seminar, clock: Clock) -> None:
    phone.join("Rosa")
    for _ in range(3):
        join_codes.renew(room.session, seminar=seminar, now=clock.forward(minutes=12))
    join_codes.close_old(room.session, seminar=seminar)
    room.session.commit()

    assert "Rosa, this is your seat" in text_of(phone.get(""))
    assert seminar.ends_at - clock() > timedelta(0)
