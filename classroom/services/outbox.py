"""Messages that leave after the commit: written in the same transaction as what they are about, sent once that stands.

A message may be sent twice (two senders at once, a crash between sending and marking); every task bears that. None is lost:
a row counts as sent only after the broker took it.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from classroom.db import SessionMaker
from classroom.errors import Unavailable
from classroom.messages import MessageSender
from classroom.models import OutboxMessage

_BATCH = 100

log = logging.getLogger(__name__)


def enqueue(session: Session, *, task: str, queue: str, arguments: dict[str, Any], now: datetime) -> OutboxMessage:
    """Write a message that leaves when the caller's transaction is committed."""
    message = OutboxMessage(task=task, queue=queue, arguments=arguments, created_at=now)
    session.add(message)
    return message


def send_pending(sessions: SessionMaker, sender: MessageSender, *, now: datetime, min_age: timedelta = timedelta(0)) -> int:
    """Send what waits, oldest first, and return how many left. A broker that is away leaves the rows for the reaper.

    Rows younger than ``min_age`` are left to the process that wrote them.
    """
    sent = 0
    while batch := _waiting(sessions, created_until=now - min_age):
        taken = _hand_over(batch, sender)
        if taken:
            with sessions.begin() as session:
                session.execute(update(OutboxMessage).where(OutboxMessage.id.in_(taken)).values(sent_at=now))
        sent += len(taken)
        if len(taken) < len(batch):
            break
    return sent


def forget_sent(session: Session, *, before: datetime) -> None:
    """Remove messages sent before a time: nothing reads them any more."""
    for message in session.scalars(select(OutboxMessage).where(OutboxMessage.sent_at < before).limit(1000)):
        session.delete(message)


def _waiting(sessions: SessionMaker, *, created_until: datetime) -> list[OutboxMessage]:
    unsent = select(OutboxMessage).where(OutboxMessage.sent_at.is_(None), OutboxMessage.created_at <= created_until)
    with sessions() as session:
        # Reading must not wait for the writer's lock: every request ends here.
        session.connection(execution_options={"homeroom_read_only": True})
        return list(session.scalars(unsent.order_by(OutboxMessage.id).limit(_BATCH)))


def _hand_over(batch: list[OutboxMessage], sender: MessageSender) -> list[int]:
    """The ids of the messages the broker took."""
    taken: list[int] = []
    for message in batch:
        try:
            sender.send(message.task, message.queue, message.arguments)
        except Unavailable as error:
            log.warning("outbox: %s (%d messages wait)", error, len(batch) - len(taken))
            break
        taken.append(message.id)
    return taken
