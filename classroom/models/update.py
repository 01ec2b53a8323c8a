"""What became of a file that a student had changed when a new release came."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from classroom.models.assignment import Delivery
from classroom.models.base import Base


class UpdateOutcome(StrEnum):
    """Where the student's version and ours are now."""

    merged = "merged"
    """Both are in the one notebook."""
    beside = "beside"
    """The student's is in its place, ours lies beside it."""
    undone = "undone"
    """The student took the update back; it does not come again with this release."""
    reset = "reset"
    """The student asked for ours; theirs is among the copies."""


class FileUpdate(Base):
    """One file of one delivery that met a changed one. ``changes``: [{"kind": grader.merging.ChangeKind, "cell": str}]."""

    __tablename__ = "file_update"
    __table_args__ = (UniqueConstraint("delivery_id", "path"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"))
    path: Mapped[str] = mapped_column(Text)
    outcome: Mapped[UpdateOutcome]
    changes: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    marked: Mapped[int] = mapped_column(default=0)
    """How many of the changes the student should look at."""
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why the two could not be merged, in a sentence; empty where they were or where files of that kind never are."""
    kept_as: Mapped[str | None] = mapped_column(String(300))
    """The name of the copy from before, among the copies of this file in the home; None when there was no need of one."""
    happened_at: Mapped[datetime]

    delivery: Mapped[Delivery] = relationship()
