"""Links that stand for one person: invitations, one-time sign-ins, and the ticket that carries a sign-in to the hub."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from classroom.errors import Conflict, NotFound
from classroom.models import LinkKind, Person, SignInLink

_MOST_DIGITS = 9  # of an id in a database
_HELP = {
    LinkKind.invitation: "Ask your teacher for a new one, or sign in if you have a password.",
    LinkKind.sign_in: "Ask for a new one.",
    LinkKind.ticket: "Please sign in again.",
}


class HasPassword(Conflict):
    """The person was invited and has a password by now: their invitation leads to signing in, never to another password."""


def make_link(session: Session, *, person: Person, kind: LinkKind, lifetime: timedelta, now: datetime) -> SignInLink:
    """A fresh link for the person. Links made before keep working until they are used or expire."""
    link = SignInLink(
        person=person, kind=kind, nonce=secrets.token_hex(16), created_at=now, expires_at=now + lifetime, used_at=None
    )
    session.add(link)
    session.flush()
    return link


def token_of(link: SignInLink, secret: str) -> str:
    """What the link's URL carries: ``<id>.<seal>``. Only who holds ``secret`` can make it; it is stored nowhere."""
    if not secret:
        raise ValueError("links cannot be sealed without a secret key")
    message = f"{link.kind.value}:{link.id}:{link.nonce}".encode()
    seal = hmac.new(secret.encode(), message, hashlib.sha256).digest()
    return f"{link.id}.{urlsafe_b64encode(seal).decode().rstrip('=')}"


def find_link(session: Session, *, token: str, kind: LinkKind, secret: str, now: datetime) -> SignInLink:
    """The link that ``token`` stands for, with its person loaded; looking does not use it up.

    NotFound says whether it is wrong, expired or used; HasPassword that the invitation has become pointless.
    """
    number = token.partition(".")[0]
    known = number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS
    wanted = select(SignInLink).where(SignInLink.id == int(number if known else 0), SignInLink.kind == kind)
    link = session.scalar(wanted.options(joinedload(SignInLink.person)))
    if link is None or not hmac.compare_digest(token_of(link, secret).encode(), token.encode()):
        raise NotFound(f"This link is not valid; a part of it may be missing. {_HELP[kind]}")
    if not link.person.active:
        raise NotFound(f"This link has expired. {_HELP[kind]}")
    if kind is LinkKind.invitation and link.person.password_hash is not None:  # most often the one they chose with this link
        raise HasPassword(f"You have a password already. Sign in as {link.person.hub_name} with it.")
    if link.used_at is not None:
        raise NotFound(f"This link was used already. {_HELP[kind]}")
    if link.expires_at <= now:
        raise NotFound(f"This link has expired. {_HELP[kind]}")
    return link


def use_link(session: Session, *, link: SignInLink, now: datetime) -> Person:
    """Use the link up and return its person. Of two at once, one gets Conflict."""
    used = session.scalar(
        update(SignInLink)
        .where(SignInLink.id == link.id, SignInLink.used_at.is_(None), SignInLink.expires_at > now)
        .values(used_at=now)
        .returning(SignInLink.id)
    )
    if used is None:
        raise Conflict(f"This link was used already. {_HELP[link.kind]}")
    return link.person
