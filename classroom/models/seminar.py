"""Sessions that people join by a code: the seminar, its guests, and the seats (hub user, home, server) they sit on."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from classroom.models.base import Base
from classroom.models.person import Person
from hub_bridge.environments import DEFAULT
from hub_bridge.names import FIRST_GUEST_UID

DOORS = timedelta(minutes=15)
"""Guests may come in, and servers are warmed, so long before the start."""


class Seminar(Base):
    """One session. ``slug`` names it in addresses, ``folder`` is where its files lie in each guest's home.

    ``versions`` lists what guests were given, the newest last: [{"files": manifest, "at": ISO time}].
    """

    __tablename__ = "seminar"
    __table_args__ = (Index("ix_seminar_alive", "removed_at", "worked_until"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(20), unique=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    folder: Mapped[str] = mapped_column(String(60))
    notebook: Mapped[str] = mapped_column(String(200))
    """The notebook that opens first, below ``folder``."""
    interface: Mapped[str] = mapped_column(String(10), default="lab")
    """``lab`` or ``notebook``: what it opens in."""
    environment: Mapped[str] = mapped_column(String(60), default=DEFAULT, server_default=DEFAULT)
    """The name of what notebooks run in; it may be offered no more, see services.environments."""
    timezone: Mapped[str] = mapped_column(String(60), default="UTC")
    versions: Mapped[list[dict[str, Any]]]
    created_at: Mapped[datetime]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    """When the teacher opened the doors by hand."""
    capacity: Mapped[int]
    prewarm: Mapped[int]
    """Servers that run before anybody comes."""
    code: Mapped[str] = mapped_column(String(12), unique=True)
    code_since: Mapped[datetime | None]
    """When ``code`` took the place of another, or its time began anew. The ones before it are in models.join_code."""
    code_minutes: Mapped[int] = mapped_column(default=0, server_default="0")
    """After so many minutes with open doors the clock replaces the code; 0: never."""
    passphrase_hash: Mapped[str | None] = mapped_column(String(200))
    needs_approval: Mapped[bool] = mapped_column(default=False)
    email_domain: Mapped[str | None] = mapped_column(String(200))
    announcement: Mapped[str] = mapped_column(String(1000), default="")
    announced_at: Mapped[datetime | None]
    worked_until: Mapped[datetime | None]
    """A worker is at it until then at the latest; see services.seminar_clock."""
    trouble: Mapped[str | None] = mapped_column(String(500))
    """A sentence for the teacher about what the last tick could not do."""
    closed_at: Mapped[datetime | None]
    """When servers were stopped, the work was put away and the hub users were gone."""
    removed_at: Mapped[datetime | None]
    """When the work that was put away was deleted."""

    owner: Mapped[Person] = relationship()

    @property
    def files(self) -> list[dict[str, Any]]:
        """The manifest of what guests get now."""
        found: list[dict[str, Any]] = self.versions[-1]["files"]
        return found

    @property
    def version(self) -> int:
        """The number of what guests get now, from 1."""
        return len(self.versions)

    def doors_open(self, now: datetime) -> bool:
        """Whether new guests may come in."""
        return not self.is_over(now) and (self.opened_at is not None or self.starts_at - DOORS <= now)

    def code_changes_at(self, now: datetime) -> datetime | None:
        """When the clock replaces the code; None when it does not. The time before the doors open does not count."""
        if not self.code_minutes or not self.doors_open(now):
            return None
        opened = min(self.starts_at - DOORS, self.opened_at or self.starts_at)
        changes = max(self.code_since or self.created_at, opened) + timedelta(minutes=self.code_minutes)
        return changes if changes < self.ends_at else None

    def is_over(self, now: datetime) -> bool:
        """Whether its time is up."""
        return self.closed_at is not None or self.ends_at <= now


class GuestState(StrEnum):
    """Whether a guest is in."""

    waiting = "waiting"
    admitted = "admitted"
    refused = "refused"


class Guest(Base):
    """Somebody who joined with nothing but a name. No person: no course, role or page of the portal can ever be theirs.

    ``progress``: {exercise key: {"state": str, "since": ISO time, "by": "notebook"|"check"}}, see services.seminar_progress.
    """

    __tablename__ = "guest"
    __table_args__ = (UniqueConstraint("seminar_id", "number", name="uq_guest_seminar_number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    seminar_id: Mapped[int] = mapped_column(ForeignKey("seminar.id"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(60))
    email: Mapped[str | None] = mapped_column(String(254))
    state: Mapped[GuestState]
    nonce: Mapped[str] = mapped_column(String(32))
    """Part of what their cookie and their personal code are made from; neither is stored."""
    joined_at: Mapped[datetime]
    ticket_nonce: Mapped[str | None] = mapped_column(String(32))
    ticket_until: Mapped[datetime | None]
    link_nonce: Mapped[str | None] = mapped_column(String(32))
    link_until: Mapped[datetime | None]
    hand_raised_at: Mapped[datetime | None]
    progress: Mapped[dict[str, Any]] = mapped_column(default=dict)
    seen: Mapped[str] = mapped_column(String(60), default="")
    """What the notebook's file looked like (time and size) when ``progress`` was read from it."""
    archived_at: Mapped[datetime | None]
    archive_problem: Mapped[str | None] = mapped_column(String(500))

    seminar: Mapped[Seminar] = relationship()
    seat: Mapped["Seat | None"] = relationship(back_populates="guest", uselist=False)


class Seat(Base):
    """A hub user with a home and the seminar's files, made before or when somebody takes it. It never has a second guest."""

    __tablename__ = "seat"

    id: Mapped[int] = mapped_column(primary_key=True)
    seminar_id: Mapped[int] = mapped_column(ForeignKey("seminar.id"), index=True)
    guest_id: Mapped[int | None] = mapped_column(ForeignKey("guest.id"), unique=True)
    hub_name: Mapped[str] = mapped_column(String(32), unique=True)
    made_at: Mapped[datetime | None]
    """When hub user, home and files were there."""
    version: Mapped[int] = mapped_column(default=0)
    """The newest version that was put into the home."""
    given: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """All versions that were, oldest first: [{"version": number, "at": ISO time, "files": {path: {"outcome": UpdateOutcome, "at":
    ISO time, "marked": cells to look at, "reason": str}}}]; ``files`` are those that the guest had changed. Empty for seats made
    before this column was: see services.seats.given_to."""
    warmed_at: Mapped[datetime | None]
    """When its server was asked for before anybody sat here."""
    closed_at: Mapped[datetime | None]
    """When its server was stopped, its work was put away and the hub had forgotten it; of a seat that nobody had taken: when it
    was given up."""
    home_removed_at: Mapped[datetime | None]

    seminar: Mapped[Seminar] = relationship()
    guest: Mapped[Guest | None] = relationship(back_populates="seat")

    @property
    def uid(self) -> int:
        """The user id its files and processes have when the stack runs as root."""
        return FIRST_GUEST_UID + self.id


Owner = Person | Seat
"""Whose home and server it is."""
