"""A person in a course, with a role; and the roster files they came from."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from classroom.models.base import Base
from classroom.models.course import Course, Section
from classroom.models.person import Person


class Role(StrEnum):
    """What a person may do in a course, from most to least."""

    owner = "owner"
    teacher = "teacher"
    grader = "grader"
    student = "student"


STAFF = frozenset({Role.owner, Role.teacher, Role.grader})
TEACHERS = frozenset({Role.owner, Role.teacher})


class EnrolmentStatus(StrEnum):
    """Dropped people keep their work and lose their access; nobody is deleted."""

    active = "active"
    dropped = "dropped"


class Enrolment(Base):
    """A person in a course. ``roster_key`` is what the roster knows them by (student id, else e-mail)."""

    __tablename__ = "enrolment"
    __table_args__ = (
        UniqueConstraint("course_id", "person_id", name="uq_enrolment_course_person"),
        UniqueConstraint("course_id", "roster_key", name="uq_enrolment_course_roster_key"),
        Index("ix_enrolment_unprovisioned", "course_id", "provisioned_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    section_id: Mapped[int | None] = mapped_column(ForeignKey("section.id"))
    role: Mapped[Role]
    status: Mapped[EnrolmentStatus] = mapped_column(default=EnrolmentStatus.active)
    roster_key: Mapped[str] = mapped_column(String(254))
    student_id: Mapped[str | None] = mapped_column(String(100))
    created_at: Mapped[datetime]
    provisioned_at: Mapped[datetime | None]
    """When hub user, group and home matched this row; emptied whenever role or status changes."""
    invited_at: Mapped[datetime | None]
    """When the invitation was mailed."""

    course: Mapped[Course] = relationship()
    person: Mapped[Person] = relationship()
    section: Mapped[Section | None] = relationship()

    @property
    def is_staff(self) -> bool:
        """May see students' work."""
        return self.role in STAFF

    @property
    def is_teacher(self) -> bool:
        """May change the course."""
        return self.role in TEACHERS


class RosterUpload(Base):
    """A roster file as it was uploaded (``sha256`` names it in the content store) and what came of it."""

    __tablename__ = "roster_upload"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    filename: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]
    summary: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """After applying: {"new": n, "changed": n, "dropped": n, "unchanged": n, "skipped": n}."""
