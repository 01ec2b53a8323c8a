"""Students' servers on their way: who waits for one, and since when."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from classroom.models.base import Base
from classroom.models.person import Person


class StartState(StrEnum):
    """How far the start of somebody's server is."""

    waiting = "waiting"
    """In line; nothing was asked of the hub yet, or it was too busy."""
    starting = "starting"
    """The hub was asked to start it."""
    ready = "ready"
    failed = "failed"


class ServerStart(Base):
    """The newest start of one person's server. One row for each person, so two presses of a button are one start.

    The row says who is in line; whether a server runs is the hub's to say.
    """

    __tablename__ = "server_start"
    __table_args__ = (Index("ix_server_start_line", "state", "warm", "asked_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    state: Mapped[StartState] = mapped_column(default=StartState.waiting)
    warm: Mapped[bool] = mapped_column(default=False)
    """Asked for by the timetable: whoever asks in person goes first."""
    asked_at: Mapped[datetime]
    """The place in line."""
    changed_at: Mapped[datetime]
    """When it came into this state."""
    held_until: Mapped[datetime | None]
    """The hub was too busy or away; nobody is started before that."""
    tries: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(String(500), default="")
    """Why it failed or is held, as the hub says it; for staff."""

    person: Mapped[Person] = relationship()

    @property
    def is_live(self) -> bool:
        """In line, or being started."""
        return self.state in {StartState.waiting, StartState.starting}
