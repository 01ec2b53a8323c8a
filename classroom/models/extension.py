"""More time for one student, and the asking for it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from classroom.models.assignment import Assignment
from classroom.models.base import Base
from classroom.models.enrolment import Enrolment
from classroom.models.person import Person


class Extension(Base):
    """One student's extra time for one assignment. Where the common due date moves, their own moves along.

    ``minutes`` are counted on the clock of the course: two days after a Friday 18:00 is a Sunday 18:00, also when clocks change.
    """

    __tablename__ = "extension"
    __table_args__ = (UniqueConstraint("enrolment_id", "assignment_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    minutes: Mapped[int]
    note: Mapped[str] = mapped_column(String(500), default="")
    """For staff only."""
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    given_at: Mapped[datetime]
    collected_at: Mapped[datetime | None]
    """When the collection at this own deadline was started; emptied when that deadline moves."""

    enrolment: Mapped[Enrolment] = relationship()
    assignment: Mapped[Assignment] = relationship()
    given_by: Mapped[Person | None] = relationship()


class AskedState(StrEnum):
    """Where a student's request for more time is."""

    open = "open"
    granted = "granted"
    declined = "declined"
    withdrawn = "withdrawn"


class ExtensionRequest(Base):
    """A student asks for time until ``until``. At most one is open for each (enrolment, assignment)."""

    __tablename__ = "extension_request"
    __table_args__ = (
        Index(
            "uq_extension_request_open",
            "enrolment_id",
            "assignment_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_extension_request_state", "assignment_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    until: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(2000))
    asked_at: Mapped[datetime]
    state: Mapped[AskedState] = mapped_column(default=AskedState.open)
    answer: Mapped[str] = mapped_column(String(2000), default="")
    """Words for the student."""
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    enrolment: Mapped[Enrolment] = relationship()
    assignment: Mapped[Assignment] = relationship()
    answered_by: Mapped[Person | None] = relationship()
