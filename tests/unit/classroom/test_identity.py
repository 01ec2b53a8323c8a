from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from classroom.errors import HomeroomError
from classroom.models import Course, Enrolment, EnrolmentStatus, Person, Role
from classroom.services import identity
from classroom.services.throttle import Throttle, TooManyTries

PASSWORD = "blue horses swim"


@pytest.fixture
def person(session: Session, student: Enrolment) -> Person:
    identity.set_password(session, person=student.person, password=PASSWORD)
    session.commit()
    return student.person


@pytest.fixture
def throttle() -> Throttle:
    return Throttle()


@pytest.mark.parametrize("name", ["sam", " Sam ", "sam@example.org", "SAM@example.org"])
def test_the_right_password_opens_by_name_and_by_mail(session: Session, person: Person, throttle: Throttle, name: str) -> None:
    assert identity.check_password(session, name=name, password=PASSWORD, throttle=throttle) is person


@pytest.mark.parametrize(("name", "password"), [("sam", "wrong password"), ("nobody", PASSWORD), ("", PASSWORD), ("sam", "")])
def test_anything_else_opens_nothing(session: Session, person: Person, throttle: Throttle, name: str, password: str) -> None:
    assert identity.check_password(session, name=name, password=password, throttle=throttle) is None


def test_somebody_without_a_password_cannot_sign_in_with_one(session: Session, student: Enrolment, throttle: Throttle) -> None:
    assert identity.check_password(session, name="sam", password="", throttle=throttle) is None
    assert identity.check_password(session, name="sam", password="nobody has this password", throttle=throttle) is None


def test_an_account_that_is_off_does_not_open(session: Session, person: Person, throttle: Throttle) -> None:
    person.active = False

    assert identity.check_password(session, name="sam", password=PASSWORD, throttle=throttle) is None


def test_an_address_two_people_share_names_neither(session: Session, person: Person, throttle: Throttle, now: datetime) -> None:
    session.add(Person(hub_name="samuel", display_name="Samuel", email="sam@example.org", created_at=now))
    session.flush()

    assert identity.check_password(session, name="sam@example.org", password=PASSWORD, throttle=throttle) is None
    assert identity.check_password(session, name="sam", password=PASSWORD, throttle=throttle) is person


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaa", "sam@example.org", "x" * 501])
def test_a_weak_password_is_refused(session: Session, student: Enrolment, password: str) -> None:
    with pytest.raises(HomeroomError):
        identity.set_password(session, person=student.person, password=password)

    assert student.person.password_hash is None


def test_after_ten_wrong_tries_even_the_right_password_waits(session: Session, person: Person) -> None:
    moment = [0.0]
    throttle = Throttle(clock=lambda: moment[0])
    for _ in range(10):
        identity.check_password(session, name="sam", password="wrong", throttle=throttle)

    with pytest.raises(TooManyTries):
        identity.check_password(session, name="sam", password=PASSWORD, throttle=throttle)
    moment[0] = 601
    assert identity.check_password(session, name="sam", password=PASSWORD, throttle=throttle) is person


def test_made_up_names_do_not_fill_the_memory() -> None:
    throttle = Throttle()
    for number in range(10_050):
        throttle.failed(f"name{number}")

    assert len(throttle._failures) == 10_000


def test_courses_are_those_a_person_is_active_in(session: Session, student: Enrolment, now: datetime) -> None:
    chemistry = Course(slug="chem1", title="Chemistry", created_at=now)
    left = Enrolment(
        course=chemistry,
        person=student.person,
        role=Role.grader,
        roster_key="sam",
        status=EnrolmentStatus.dropped,
        created_at=now,
    )
    session.add_all([chemistry, left])
    session.flush()

    assert identity.courses_of(session, person=student.person) == {"bio1": "student"}


def test_an_account_that_is_off_has_no_courses(session: Session, student: Enrolment) -> None:
    student.person.active = False

    assert identity.courses_of(session, person=student.person) == {}


def test_a_name_longer_than_any_is_refused_and_not_remembered(session: Session, person: Person, throttle: Throttle) -> None:
    assert identity.check_password(session, name="s" * 1_000_000, password=PASSWORD, throttle=throttle) is None
    assert not throttle._failures
