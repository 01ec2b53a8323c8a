"""What is set, its immutable published versions, what is wrong with them, and which home got which."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from classroom.models.base import Base
from classroom.models.course import Course
from classroom.models.enrolment import Enrolment


class Assignment(Base):
    """What is set. Students see it once it is published and ``opens_at`` (if any) has passed."""

    __tablename__ = "assignment"
    __table_args__ = (UniqueConstraint("course_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    slug: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(200))
    position: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    opens_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    accepts_late: Mapped[bool] = mapped_column(default=True)
    published_at: Mapped[datetime | None]
    """When a teacher published it; delivery starts then or at ``opens_at``, whichever is later."""
    collected_at: Mapped[datetime | None]
    """When the deadline's collection was started; set once per ``due_at``."""
    release_id: Mapped[int | None] = mapped_column(ForeignKey("release.id", use_alter=True))
    """The release students get now."""
    limits: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Overrides of grader.jobs.Limits."""
    shown: Mapped[str] = mapped_column(String(10), default="message", server_default="message")
    """What students see of a test that failed; see grader.jobs.Shown."""
    regrade_days: Mapped[int] = mapped_column(default=7, server_default="7")
    """So many days after feedback was returned its student may ask for a regrade; 0: not at all."""
    shows_scheme: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether returned feedback shows the mark scheme of tasks."""
    reminded_for: Mapped[datetime | None]
    """The due date that students were reminded of."""

    course: Mapped[Course] = relationship()
    release: Mapped["Release | None"] = relationship(foreign_keys=[release_id])


class Release(Base):
    """An immutable published version, named by the content hash of its source.

    ``source_files`` and ``release_files`` are manifests: [{"path": str, "sha256": str, "size": int}], files in the content store.
    ``questions`` lists what carries points: [{"notebook", "grade_id", "kind": "auto"|"manual"|"task", "points", "title"}].
    """

    __tablename__ = "release"
    __table_args__ = (UniqueConstraint("assignment_id", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    digest: Mapped[str] = mapped_column(String(64))
    source_files: Mapped[list[dict[str, Any]]]
    release_files: Mapped[list[dict[str, Any]]]
    questions: Mapped[list[dict[str, Any]]]
    max_score: Mapped[float]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    announced_at: Mapped[datetime | None]
    """When students were told that it is there."""

    assignment: Mapped[Assignment] = relationship(foreign_keys=[assignment_id])


class ReleaseCheck(Base):
    """A grading worker looks a release over: what is wrong with it, which tests can't run apart from students' code.

    ``problems``: [{"notebook": str, "cell": int | None, "grade_id": str, "message", "cure", "severity": "error"|"warning"}].
    """

    __tablename__ = "release_check"

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"), unique=True)
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    problems: Mapped[list[dict[str, Any]]] = mapped_column(default=list)

    release: Mapped[Release] = relationship()


class Delivery(Base):
    """A release on its way into one home. ``delivered_at`` is set when all files are there."""

    __tablename__ = "delivery"
    __table_args__ = (UniqueConstraint("enrolment_id", "release_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"), index=True)
    delivered_at: Mapped[datetime | None]
    kept: Mapped[list[str]] = mapped_column(default=list)
    """Files the student had changed and that were not merged: theirs stayed."""
    error: Mapped[str | None] = mapped_column(String(500))
    opened_at: Mapped[datetime | None]
    """When its student first pressed Open."""

    enrolment: Mapped[Enrolment] = relationship()
    release: Mapped[Release] = relationship()
