"""Checks that a seminar's guests ask for."""

from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from classroom.models.base import Base
from classroom.models.seminar import Guest
from classroom.models.work_check import Check


class GuestCheck(Check, Base):
    """A guest's notebook, run with the tests they can see. It counts for nothing; the wall shows what it found.

    ``files`` is the manifest of what was run, ``version`` the number of the seminar's version it was run against. ``reply``
    has the shape that services/guest_checks.py reads it into.
    """

    __tablename__ = "guest_check"
    __table_args__ = (
        Index(
            "uq_guest_check_live",
            "guest_id",
            unique=True,
            sqlite_where=text("state != 'done'"),
            postgresql_where=text("state != 'done'"),
        ),
        Index("ix_guest_check_asked_at", "asked_at"),
    )

    guest_id: Mapped[int] = mapped_column(ForeignKey("guest.id"), index=True)
    notebook: Mapped[str] = mapped_column(String(200))
    version: Mapped[int]
    files: Mapped[list[dict[str, Any]]]

    guest: Mapped[Guest] = relationship()
