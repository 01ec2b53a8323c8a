"""A person and the ways they sign in."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from classroom.models.base import Base

UID_BASE = 200_000
"""Students' servers run as uid UID_BASE + person id when the stack runs as root."""


class MailRhythm(StrEnum):
    """How often somebody gets mail about what happens in their courses."""

    off = "off"
    daily = "daily"
    at_once = "at_once"


class Person(Base):
    """Somebody with an account. ``hub_name`` is their name at the hub and of their home folder."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    hub_name: Mapped[str] = mapped_column(String(32), unique=True)
    display_name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(254), index=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    creates_courses: Mapped[bool] = mapped_column(default=False)
    interface: Mapped[str | None] = mapped_column(String(20))
    """Where notebooks open for this person ("lab" or "notebook"); None: as the course says."""
    created_at: Mapped[datetime]
    timezone: Mapped[str | None] = mapped_column(String(60))
    """The zone they want to read times in; None: their browser's."""
    mail_rhythm: Mapped[MailRhythm] = mapped_column(default=MailRhythm.daily, server_default=MailRhythm.daily.value)
    sign_in_nonce: Mapped[str | None] = mapped_column(String(32))
    """Part of every session of theirs in the portal; signing out renews it, which ends them all. None: they never did."""
    digest_at: Mapped[datetime | None]
    """When the last mail about their courses was made."""

    @property
    def uid(self) -> int:
        """The user id their files and processes have when the stack runs as root."""
        return UID_BASE + self.id


class LinkKind(StrEnum):
    """What a sign-in link is for."""

    invitation = "invitation"
    """Given to a new person: sets a password, once."""
    sign_in = "sign_in"
    """Signs one person in, once, without a password (printed by ``homeroom up``)."""
    ticket = "ticket"
    """Lives for a minute: carries a sign-in from the portal's page to the hub."""


class SignInLink(Base):
    """A link that stands for one person. The token itself is not stored: it is an HMAC over ``id`` and ``nonce``."""

    __tablename__ = "sign_in_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[LinkKind]
    nonce: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()
