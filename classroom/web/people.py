"""Keeps somebody signed in: flask-login's session over our Person."""

from dataclasses import dataclass

from flask import Flask, session
from flask_login import LoginManager, login_user, logout_user

from classroom.models import Person
from classroom.web.context import db


@dataclass(frozen=True, eq=False)
class SignedIn:
    """A person as flask-login wants to see one."""

    person: Person
    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        return str(self.person.id)


def init_app(app: Flask) -> None:
    """Read the signed-in person anew with every request: somebody deactivated is out at once."""
    manager = LoginManager(app)
    manager.user_loader(_load)


def remember(person: Person) -> None:
    """Sign ``person`` in. Nothing of the session before survives, so nobody can prepare it for them."""
    session.clear()
    login_user(SignedIn(person))


def forget() -> None:
    """Sign out."""
    logout_user()
    session.clear()


def _load(person_id: str) -> SignedIn | None:
    person = db().get(Person, int(person_id))
    return SignedIn(person) if person is not None and person.active else None
