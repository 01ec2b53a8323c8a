"""Grade jobs, their results, scores given by hand, and feedback. The grade itself is derived, never stored."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from classroom.models.assignment import Release
from classroom.models.base import Base
from classroom.models.person import Person
from classroom.models.submission import Submission


class JobState(StrEnum):
    """Where a grade job is."""

    queued = "queued"
    running = "running"
    done = "done"


class ResultStatus(StrEnum):
    """How a grade job ended. Only ``graded`` carries points."""

    graded = "graded"
    ungradable = "ungradable"
    grader_error = "grader_error"


class GradeJob(Base):
    """One run of one submission against one release. At most one is live for each pair."""

    __tablename__ = "grade_job"
    __table_args__ = (
        Index(
            "uq_grade_job_live",
            "submission_id",
            "release_id",
            unique=True,
            sqlite_where=text("state != 'done'"),
            postgresql_where=text("state != 'done'"),
        ),
        Index("ix_grade_job_state", "state"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    state: Mapped[JobState] = mapped_column(default=JobState.queued)
    tries: Mapped[int] = mapped_column(default=0)
    queued_at: Mapped[datetime]
    heartbeat_at: Mapped[datetime]
    """Last sign of life: queued, sent, or heard from its worker."""
    finished_at: Mapped[datetime | None]
    cells_done: Mapped[int] = mapped_column(default=0)
    cells_total: Mapped[int] = mapped_column(default=0)

    submission: Mapped[Submission] = relationship()
    release: Mapped[Release] = relationship()


class Result(Base):
    """How one grade job ended. ``staff_reason`` is for staff only, ``student_reason`` is safe to show."""

    __tablename__ = "result"

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[str] = mapped_column(ForeignKey("grade_job.id"), unique=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    status: Mapped[ResultStatus]
    staff_reason: Mapped[str] = mapped_column(default="")
    student_reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    executed: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """Executed notebooks, staff only: [{"path", "sha256", "size"}]."""
    provenance: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Engine version, sandbox kind, limits, seed, digests, seconds, peak memory."""

    scores: Mapped[list["Score"]] = relationship(back_populates="result", order_by="Score.id")


class Score(Base):
    """Points on one question by the machine. ``points`` is None where a person must look."""

    __tablename__ = "score"
    __table_args__ = (UniqueConstraint("result_id", "notebook", "grade_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    result_id: Mapped[int] = mapped_column(ForeignKey("result.id"))
    notebook: Mapped[str] = mapped_column(String(255))
    grade_id: Mapped[str] = mapped_column(String(255))
    points: Mapped[float | None]
    max_points: Mapped[float]
    status: Mapped[str] = mapped_column(String(20))
    """passed | partial | failed | unanswered | manual | not_run."""
    student_message: Mapped[str] = mapped_column(default="")
    staff_message: Mapped[str] = mapped_column(default="")

    result: Mapped[Result] = relationship(back_populates="scores")


class ManualScore(Base):
    """Points and a comment by a person. Rows are only added; the newest for a question counts."""

    __tablename__ = "manual_score"
    __table_args__ = (Index("ix_manual_score_question", "submission_id", "notebook", "grade_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    notebook: Mapped[str] = mapped_column(String(255))
    grade_id: Mapped[str] = mapped_column(String(255))
    points: Mapped[float | None]
    """None: only a comment, the machine's points stay."""
    comment: Mapped[str] = mapped_column(default="")
    grader_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]

    grader: Mapped[Person] = relationship()


class Review(Base):
    """The machine wants a person to look at a result; why stands in its provenance. Open until somebody has looked.

    While the review of the result that counts is open, the score is held back from the student.
    """

    __tablename__ = "review"

    id: Mapped[int] = mapped_column(primary_key=True)
    result_id: Mapped[int] = mapped_column(ForeignKey("result.id"), unique=True)
    opened_at: Mapped[datetime]
    looked_at: Mapped[datetime | None]
    looked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(default="")
    """For staff only."""

    looked_by: Mapped[Person | None] = relationship()


class Feedback(Base):
    """A submission's scores and comments, released to its student. ``delivered_at``: the copy is in the home."""

    __tablename__ = "feedback"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), unique=True)
    released_at: Mapped[datetime]
    released_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    delivered_at: Mapped[datetime | None]

    submission: Mapped[Submission] = relationship()
