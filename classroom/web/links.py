"""Carries a sign-in from a page of the portal to the hub."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from classroom.config import Settings
from classroom.models import LinkKind, Person
from classroom.services import links

TICKET_LIFETIME = timedelta(seconds=60)


def ticket_address(session: Session, *, person: Person, settings: Settings, now: datetime) -> str:
    """The hub's address that signs ``person`` in, once, within a minute."""
    link = links.make_link(session, person=person, kind=LinkKind.ticket, lifetime=TICKET_LIFETIME, now=now)
    session.flush()  # the token is made over the row's id
    return f"{settings.hub_url}/hub/ticket/{links.token_of(link, settings.secret_key.get_secret_value())}"
