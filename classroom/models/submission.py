"""Immutable snapshots of students' work."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from classroom.models.assignment import Assignment, Release
from classroom.models.base import Base
from classroom.models.enrolment import Enrolment


class Trigger(StrEnum):
    """Who caused a submission."""

    student = "student"
    deadline = "deadline"
    teacher = "teacher"


class Submission(Base):
    """One attempt. ``digest`` is the sha256 of the manifest ``files``; the row, once written, never changes, but for ``late``."""

    __tablename__ = "submission"
    __table_args__ = (UniqueConstraint("enrolment_id", "assignment_id", "attempt"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    """The release in force when it was handed in."""
    attempt: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    files: Mapped[list[dict[str, Any]]]
    received_at: Mapped[datetime]
    trigger: Mapped[Trigger]
    late: Mapped[bool] = mapped_column(default=False)
    """Came after its student's deadline, as that stands now; see services/lateness.py."""

    enrolment: Mapped[Enrolment] = relationship()
    assignment: Mapped[Assignment] = relationship()
    release: Mapped[Release] = relationship()
