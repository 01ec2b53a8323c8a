"""A student asks for somebody to look at their points again."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from classroom.models.base import Base
from classroom.models.person import Person
from classroom.models.submission import Submission


class RegradeState(StrEnum):
    """What came of it."""

    open = "open"
    changed = "changed"
    unchanged = "unchanged"
    withdrawn = "withdrawn"


class RegradeRequest(Base):
    """About one question of a submission whose scores are released, or (``grade_id`` empty) about all of it.

    At most one is open for each submission.
    """

    __tablename__ = "regrade_request"
    __table_args__ = (
        Index(
            "uq_regrade_request_open",
            "submission_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_regrade_request_state", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    notebook: Mapped[str] = mapped_column(String(255), default="")
    grade_id: Mapped[str] = mapped_column(String(255), default="")
    title: Mapped[str] = mapped_column(String(255), default="")
    """The question in words, as it was called when they asked."""
    reason: Mapped[str] = mapped_column(String(2000))
    asked_at: Mapped[datetime]
    state: Mapped[RegradeState] = mapped_column(default=RegradeState.open)
    answer: Mapped[str] = mapped_column(String(2000), default="")
    """Words for the student."""
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    submission: Mapped[Submission] = relationship()
    answered_by: Mapped[Person | None] = relationship()
