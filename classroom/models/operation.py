"""Work in the background that people watch, and the messages that leave after a commit."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from classroom.models.base import Base


class OperationKind(StrEnum):
    """What a background operation does."""

    provision = "provision"
    deliver = "deliver"
    collect = "collect"
    return_feedback = "return_feedback"
    invite = "invite"


class OperationState(StrEnum):
    """Where a background operation is."""

    queued = "queued"
    running = "running"
    done = "done"
    failed = "failed"


class Operation(Base):
    """One background operation over many people, with its progress. Stale ones are started again."""

    __tablename__ = "operation"
    __table_args__ = (Index("ix_operation_state", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[OperationKind]
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignment.id"))
    state: Mapped[OperationState] = mapped_column(default=OperationState.queued)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    problems: Mapped[list[str]] = mapped_column(default=list)
    """Sentences for staff about people the operation could not serve."""
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    heartbeat_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class OutboxMessage(Base):
    """A message to a worker, written in the same transaction as what it is about."""

    __tablename__ = "outbox_message"
    __table_args__ = (Index("ix_outbox_message_unsent", "sent_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    task: Mapped[str] = mapped_column(String(100))
    queue: Mapped[str] = mapped_column(String(40))
    arguments: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
