"""What somebody is told of, on the portal and by mail. Never a score, never a comment: mail is read by others, too."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from classroom.models.assignment import Assignment
from classroom.models.base import Base
from classroom.models.course import Course
from classroom.models.person import Person


class NotificationKind(StrEnum):
    """What has happened."""

    published = "published"
    updated = "updated"
    due_soon = "due_soon"
    feedback_returned = "feedback_returned"
    extension_given = "extension_given"
    extension_declined = "extension_declined"
    regrade_answered = "regrade_answered"
    requests_waiting = "requests_waiting"
    """For staff."""


class Notification(Base):
    """One person is told of one thing, once: ``key`` names the thing. The words are made when it is shown."""

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint("person_id", "key"),
        Index("ix_notification_unread", "person_id", "read_at"),
        Index("ix_notification_unmailed", "mailed_at", "read_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[NotificationKind]
    key: Mapped[str] = mapped_column(String(100))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignment.id"))
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"))
    due_at: Mapped[datetime | None]
    """The person's own deadline, where it is about one."""
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]
    """When it went out by mail, or was found not to need one."""

    person: Mapped[Person] = relationship()
    course: Mapped[Course] = relationship()
    assignment: Mapped[Assignment | None] = relationship()
