"""Students' checks of work that is not handed in yet."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from classroom.models.assignment import Assignment, Release
from classroom.models.base import Base
from classroom.models.enrolment import Enrolment


class CheckState(StrEnum):
    """Where a check is."""

    queued = "queued"
    running = "running"
    done = "done"


class Check:
    """What every check has. ``reply`` is what the worker found; empty until then, and for good when no answer came."""

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    """Names the files as a submission's does."""
    asked_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    state: Mapped[CheckState] = mapped_column(default=CheckState.queued)
    cells_done: Mapped[int] = mapped_column(default=0)
    cells_total: Mapped[int] = mapped_column(default=0)
    reply: Mapped[dict[str, Any]] = mapped_column(default=dict)


class WorkCheck(Check, Base):
    """A student's files, run with the tests they can see. It is no attempt and gives no points.

    ``reply`` has the shape that services/check_replies.py reads it into.
    """

    __tablename__ = "work_check"
    __table_args__ = (
        Index(
            "uq_work_check_live",
            "enrolment_id",
            unique=True,
            sqlite_where=text("state != 'done'"),
            postgresql_where=text("state != 'done'"),
        ),
        Index("ix_work_check_asked_at", "asked_at"),
    )

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), index=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))

    enrolment: Mapped[Enrolment] = relationship()
    assignment: Mapped[Assignment] = relationship()
    release: Mapped[Release] = relationship()
