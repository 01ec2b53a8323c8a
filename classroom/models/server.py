"""Servers on their way: whose they are, who waits for one, and since when."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from classroom.models.base import Base
from classroom.models.person import Person
from classroom.models.seminar import Seat
from hub_bridge.environments import DEFAULT


class StartState(StrEnum):
    """How far the start of somebody's server is."""

    waiting = "waiting"
    """In line; nothing was asked of the hub yet, or it was too busy."""
    starting = "starting"
    """The hub was asked to start it."""
    ready = "ready"
    failed = "failed"


class ServerStart(Base):
    """The newest start of one server: a person's, or that of a guest's seat. One row for each, so two presses are one start.

    The row says who is in line; whether a server runs is the hub's to say.
    """

    __tablename__ = "server_start"
    __table_args__ = (
        Index("ix_server_start_line", "state", "warm", "asked_at"),
        CheckConstraint("(person_id IS NULL) != (seat_id IS NULL)", name="one_owner"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), unique=True)
    seat_id: Mapped[int | None] = mapped_column(ForeignKey("seat.id", ondelete="CASCADE"), unique=True)
    state: Mapped[StartState] = mapped_column(default=StartState.waiting)
    warm: Mapped[bool] = mapped_column(default=False)
    """Asked for by a timetable or for an empty seat: whoever asks in person goes first."""
    asked_at: Mapped[datetime]
    """The place in line."""
    changed_at: Mapped[datetime]
    """When it came into this state."""
    held_until: Mapped[datetime | None]
    """The hub was too busy or away; nobody is started before that."""
    tries: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(String(500), default="")
    """Why it failed or is held, as the hub says it; for staff."""

    person: Mapped[Person | None] = relationship()
    seat: Mapped[Seat | None] = relationship()

    @property
    def hub_name(self) -> str:
        """The hub user whose server it is."""
        owner = self.person or self.seat
        assert owner is not None  # the table's check
        return owner.hub_name

    @property
    def environment(self) -> str:
        """The environment that is wanted for it. People's servers run in Homeroom's own Python: no course chooses another yet."""
        return self.seat.seminar.environment if self.seat else DEFAULT

    @property
    def is_live(self) -> bool:
        """In line, or being started."""
        return self.state in {StartState.waiting, StartState.starting}
