"""The link in each mail that ends the mails, for somebody who is not signed in. It opens nothing else."""

import hashlib
import hmac
from base64 import urlsafe_b64encode

from sqlalchemy.orm import Session

from classroom.errors import NotFound
from classroom.models import MailRhythm, Person

_MOST_DIGITS = 9  # of an id in a database
_WRONG = "This link is not valid; a part of it may be missing. Sign in and choose on your account page instead."


def token_of(person: Person, secret: str) -> str:
    """``<id>.<seal>``: only who holds ``secret`` can make it; it is stored nowhere and does not end."""
    if not secret:
        raise ValueError("links cannot be sealed without a secret key")
    seal = hmac.new(secret.encode(), f"no-mail:{person.id}".encode(), hashlib.sha256).digest()
    return f"{person.id}.{urlsafe_b64encode(seal).decode().rstrip('=')}"


def person_of(session: Session, *, token: str, secret: str) -> Person:
    """Whose mails the link ends. Raises NotFound."""
    number = token.partition(".")[0]
    known = number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS
    person = session.get(Person, int(number)) if known else None
    if person is None or not hmac.compare_digest(token_of(person, secret).encode(), token.encode()):
        raise NotFound(_WRONG)
    return person


def stop_mail(person: Person) -> None:
    """No mail about courses any more. Twice is the same as once."""
    person.mail_rhythm = MailRhythm.off
