"""Wall and projector as streams: sent when they have changed, to who runs the seminar, to a few at a time, until it is over."""

from collections.abc import Callable
from threading import BoundedSemaphore

import pytest
from flask import Flask
from sqlalchemy import event as database_event
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from classroom.models import Enrolment, Person, Seminar
from classroom.services.seminar_wall import Ticks
from classroom.stack.portal_process import THREADS
from classroom.web import streams
from classroom.web.seminars import wall
from classroom.web.streams import BEAT, PLACES, Streams
from tests.support.pages import PageClient, SignIn
from tests.support.phone import Phone
from tests.support.seminar_room import Room
from tests.support.work import Clock


class Looks:
    """Between two looks at the page something happens, and no time passes."""

    def __init__(self) -> None:
        self.before: list[Callable[[], object]] = []

    def __call__(self) -> None:
        if self.before:
            self.before.pop(0)()


@pytest.fixture
def looks(app: Flask) -> Looks:
    made = Looks()
    streams.init_app(app, Streams(places=BoundedSemaphore(2), length=3, pause=made))
    app.extensions[wall._TICKS] = Ticks(seconds=0)
    return made


@pytest.fixture
def opened(presenter: PageClient, seminar: Seminar) -> Callable[..., TestResponse]:
    """Opens streams as a browser does."""

    def connect(what: str = "wall", browser: PageClient = presenter) -> TestResponse:
        headers = {"Accept": "text/event-stream", "Sec-Fetch-Mode": "cors"}
        return browser.flask.get(f"/seminars/{seminar.slug}/{what}/live", headers=headers)

    return connect


def events(answer: TestResponse) -> list[bytes]:
    return list(answer.iter_encoded())


def test_an_event_is_one_whatever_breaks_its_lines() -> None:
    assert streams.event("one\r\ntwo\rthree\n\nfour") == b"data: one\ndata: two\ndata: three\ndata: \ndata: four\n\n"


def test_a_quarter_of_the_threads_may_be_held_by_streams() -> None:
    assert PLACES * 4 <= THREADS


def test_what_has_not_changed_is_not_sent_again(opened: Callable[..., TestResponse], looks: Looks) -> None:
    answer = opened()
    first, *rest = events(answer)

    assert answer.mimetype == "text/event-stream"
    assert (answer.headers["Cache-Control"], answer.headers["X-Accel-Buffering"]) == ("no-store", "no")
    assert first.startswith(b"retry: 1000\ndata: ")
    assert b"Nobody has joined yet" in first
    assert rest == [BEAT, BEAT, BEAT]


def test_who_comes_in_is_sent_once_to_wall_and_projector(opened: Callable[..., TestResponse], looks: Looks, phone: Phone) -> None:
    looks.before = [lambda: phone.join("Rosa"), lambda: None]
    _first, wall, *rest = events(opened())
    assert b"data: " in wall
    assert b"Rosa" in wall
    assert rest == [BEAT, BEAT]

    looks.before = [lambda: phone.post("", "hand", up="1")]
    projector = events(opened("projector"))
    assert b"<strong>1</strong> person is in" in projector[0]
    assert projector[1:] == [BEAT, BEAT, BEAT]


def test_the_buttons_of_a_sent_wall_work(
    opened: Callable[..., TestResponse], looks: Looks, presenter: PageClient, phone: Phone, session: Session
) -> None:
    phone.join("Rosa")
    looks.before = [lambda: phone.post("", "hand", up="1")]
    sent = events(opened())[1].decode()
    token = sent.split('name="csrf_token" value="')[1].split('"')[0]
    action = next(word for word in sent.split('"') if word.endswith("/hand"))

    assert presenter.post(action, token=token).status_code == 303


def test_nothing_is_held_between_two_looks(
    opened: Callable[..., TestResponse], looks: Looks, room: Room, session: Session
) -> None:
    engine = session.get_bind().engine
    session.commit()
    held: list[int] = []
    out: list[object] = []
    database_event.listen(engine, "checkout", lambda _driver, record, _proxy: out.append(record))
    database_event.listen(engine, "checkin", lambda _driver, record: out.remove(record))
    looks.before = [lambda: held.append(len(out))] * 3
    events(opened())

    assert held == [0, 0, 0]


def test_there_are_few_places_and_one_more_is_told_to_poll(
    opened: Callable[..., TestResponse], looks: Looks, presenter: PageClient, seminar: Seminar
) -> None:
    one, _other = opened(), opened("projector")
    refused = opened()
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "60")
    assert presenter.get(f"/seminars/{seminar.slug}/wall").status_code == 200

    one.close()
    assert opened().status_code == 200


def test_a_look_at_the_head_takes_no_place(
    opened: Callable[..., TestResponse], looks: Looks, presenter: PageClient, seminar: Seminar
) -> None:
    for _ in range(3):
        assert presenter.flask.head(f"/seminars/{seminar.slug}/wall/live").status_code == 200
    assert opened().status_code == 200


def test_it_ends_with_the_seminar_and_does_not_begin_again(
    opened: Callable[..., TestResponse], looks: Looks, clock: Clock
) -> None:
    looks.before = [lambda: clock.forward(hours=3)]
    said = events(opened("projector"))

    assert b"This seminar is over" in said[-1]
    assert len(said) == 2
    assert opened("projector").status_code == 204


def test_it_ends_for_who_may_not_look_any_more(
    opened: Callable[..., TestResponse], looks: Looks, teacher: Enrolment, session: Session
) -> None:
    def leave() -> None:
        session.get_one(Person, teacher.person_id).active = False
        session.commit()

    looks.before = [leave]
    assert len(events(opened())) == 1


@pytest.mark.parametrize("what", ["wall", "projector"])
def test_only_who_runs_the_seminar_may_look(
    opened: Callable[..., TestResponse],
    looks: Looks,
    sign_in: SignIn,
    student: Enrolment,
    grader: Enrolment,
    phone: Phone,
    what: str,
) -> None:
    phone.join("Rosa")
    for browser, status in ((sign_in(student), 404), (sign_in(grader), 404), (sign_in(None), 403), (phone.client, 403)):
        assert opened(what, browser).status_code == status
