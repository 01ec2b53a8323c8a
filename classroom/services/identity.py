"""Who somebody is: names, passwords, and the courses their account opens."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from classroom.errors import HomeroomError
from classroom.models import Course, Enrolment, EnrolmentStatus, Person
from classroom.services.throttle import Throttle

MIN_PASSWORD = 10
MAX_PASSWORD = 500
MAX_NAME = 254
"""The longest thing to sign in with is an e-mail address."""
_FEWEST_DIFFERENT = 4

_hasher = PasswordHasher()
_throttle = Throttle()


def check_password(session: Session, *, name: str, password: str, throttle: Throttle = _throttle) -> Person | None:
    """The active person with this hub name or e-mail and this password, else None.

    An unknown name takes as long as a wrong password. Raises TooManyTries after too many failures for one name.
    """
    name = name.strip().lower()
    if len(name) > MAX_NAME:
        return None  # nobody's, and nothing the throttle should have to remember
    throttle.check(name)
    person = _person_by_name_or_email(session, name)
    known = person.password_hash if person else None
    right = _verify(known or _nobodys_hash(), password)
    if person is None or known is None or not right or not person.active:
        throttle.failed(name)
        return None
    throttle.succeeded(name)
    return person


def set_password(session: Session, *, person: Person, password: str) -> None:
    """Give the person this password. Refuses one that is too short or too easy to guess."""
    if len(password) < MIN_PASSWORD:
        raise HomeroomError(f"A password needs at least {MIN_PASSWORD} characters. A short sentence works well.")
    if len(password) > MAX_PASSWORD:
        raise HomeroomError(f"A password may have at most {MAX_PASSWORD} characters.")
    if len(set(password)) < _FEWEST_DIFFERENT or password.lower() in _names_of(person):
        raise HomeroomError("This password is too easy to guess. A short sentence works well.")
    person.password_hash = _hasher.hash(password)
    session.flush()


def courses_of(session: Session, *, person: Person) -> dict[str, str]:
    """The person's courses and roles: {"bio1": "student"}. Empty for somebody dropped from everything or not active."""
    if not person.active:
        return {}
    mine = (
        select(Course.slug, Enrolment.role)
        .join(Enrolment.course)
        .where(Enrolment.person_id == person.id, Enrolment.status == EnrolmentStatus.active)
        .order_by(Course.slug)
    )
    return {slug: role.value for slug, role in session.execute(mine)}


def person_named(session: Session, name: str) -> Person | None:
    """The person with this hub name."""
    return session.scalar(select(Person).where(Person.hub_name == name.strip().lower()))


def _person_by_name_or_email(session: Session, name: str) -> Person | None:
    if not name:
        return None
    found = session.scalars(select(Person).where(or_(Person.hub_name == name, Person.email == name)).limit(3)).all()
    by_name = [person for person in found if person.hub_name == name]
    # Two people may share an address; then only the name tells them apart.
    return by_name[0] if by_name else found[0] if len(found) == 1 else None


def _names_of(person: Person) -> set[str]:
    return {text.lower() for text in (person.hub_name, person.display_name, person.email or "") if text}


def _verify(known: str, password: str) -> bool:
    try:
        return _hasher.verify(known, password[: MAX_PASSWORD + 1])
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("nobody has this password")
