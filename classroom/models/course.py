"""Courses and their sections."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from classroom.models.base import Base


class Course(Base):
    """What is taught. ``slug`` names it in URLs, hub groups and home folders; ``folder`` is its source folder on the server."""

    __tablename__ = "course"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    folder: Mapped[str | None] = mapped_column(String(1000))
    timezone: Mapped[str] = mapped_column(String(60), default="UTC")
    interface: Mapped[str | None] = mapped_column(String(20))
    """Where notebooks open ("lab" or "notebook") for people who have no wish of their own; None: as the server's settings say."""
    created_at: Mapped[datetime]


class Section(Base):
    """A part of a course with people of its own (a lab group, a lecture)."""

    __tablename__ = "section"
    __table_args__ = (UniqueConstraint("course_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    name: Mapped[str] = mapped_column(String(100))
