"""When a class meets: the timetable, by which servers are started before everybody comes."""

from datetime import date, datetime, time

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from classroom.models.base import Base
from classroom.models.course import Course, Section


class ClassTime(Base):
    """A weekly hour of a course, or of one of its sections."""

    __tablename__ = "class_time"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    section_id: Mapped[int | None] = mapped_column(ForeignKey("section.id"))
    """None: the whole course."""
    weekday: Mapped[int]
    """0 is Monday."""
    begins: Mapped[time]
    """On the clock of ``timezone``."""
    minutes: Mapped[int]
    timezone: Mapped[str] = mapped_column(String(60))
    last_day: Mapped[date | None]
    """No class after this day; None: until it is taken out."""
    warmed_for: Mapped[datetime | None]
    """The beginning of the class for which servers were asked for last."""

    course: Mapped[Course] = relationship()
    section: Mapped[Section | None] = relationship()
