"""Keeps somebody signed in: flask-login's session over our Person."""

import secrets
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
        return f"{self.person.id}.{self.person.sign_in_nonce or ''}"


def init_app(app: Flask) -> None:
    """Read the signed-in person anew with every request: somebody deactivated is out at once."""
    manager = LoginManager(app)
    manager.user_loader(_load)


def remember(person: Person) -> None:
    """Sign ``person`` in. Nothing of the session before survives, so nobody can prepare it for them."""
    session.clear()
    login_user(SignedIn(person))


def forget() -> None:
    """Sign out at this browser."""
    logout_user()
    session.clear()


def end_sessions(person: Person) -> None:
    """Sign out everywhere: a session that somebody has copied ends, too."""
    person.sign_in_nonce = secrets.token_hex(8)


def _load(signed_in: str) -> SignedIn | None:
    number, _, nonce = signed_in.partition(".")
    person = db().get(Person, int(number))
    return SignedIn(person) if person is not None and person.active and (person.sign_in_nonce or "") == nonce else None
