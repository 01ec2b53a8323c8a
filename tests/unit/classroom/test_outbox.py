from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom.config import Settings
from classroom.db import SessionMaker
from classroom.errors import Unavailable
from classroom.messages import Sender
from classroom.models import OutboxMessage
from classroom.services import outbox


class Broker:
    """Takes so many messages and is away after that."""

    def __init__(self, room: int = 1000) -> None:
        self.room = room
        self.taken: list[dict[str, Any]] = []

    def send(self, task: str, queue: str, arguments: dict[str, Any]) -> None:
        if len(self.taken) >= self.room:
            raise Unavailable("The broker is away.")
        self.taken.append({"task": task, "queue": queue, **arguments})

    def queue_length(self, queue: str) -> int:
        return sum(message["queue"] == queue for message in self.taken)


def _write(session: Session, count: int, now: datetime) -> None:
    for number in range(count):
        outbox.enqueue(session, task="classroom.example", queue="portal", arguments={"number": number}, now=now)
    session.commit()


def _unsent(session: Session) -> list[int]:
    session.rollback()
    rows = session.scalars(select(OutboxMessage).where(OutboxMessage.sent_at.is_(None)).order_by(OutboxMessage.id))
    return [row.arguments["number"] for row in rows]


def test_messages_leave_in_the_order_they_were_written(sessions: SessionMaker, session: Session, now: datetime) -> None:
    _write(session, 250, now)
    broker = Broker()

    sent = outbox.send_pending(sessions, broker, now=now)

    assert sent == 250
    assert [message["number"] for message in broker.taken] == list(range(250))
    assert _unsent(session) == []


def test_a_message_of_a_transaction_that_failed_never_leaves(sessions: SessionMaker, session: Session, now: datetime) -> None:
    outbox.enqueue(session, task="classroom.example", queue="portal", arguments={}, now=now)
    session.rollback()

    assert outbox.send_pending(sessions, Broker(), now=now) == 0


def test_a_broker_that_goes_away_keeps_nothing_it_did_not_take(sessions: SessionMaker, session: Session, now: datetime) -> None:
    _write(session, 5, now)

    sent = outbox.send_pending(sessions, Broker(room=3), now=now)

    assert sent == 3
    assert _unsent(session) == [3, 4]


def test_what_was_sent_is_not_sent_again(sessions: SessionMaker, session: Session, now: datetime) -> None:
    _write(session, 3, now)
    outbox.send_pending(sessions, Broker(), now=now)
    broker = Broker()

    outbox.send_pending(sessions, broker, now=now)

    assert broker.taken == []


def test_the_reaper_leaves_young_messages_to_their_writer(sessions: SessionMaker, session: Session, now: datetime) -> None:
    _write(session, 1, now)
    broker = Broker()

    outbox.send_pending(sessions, broker, now=now + timedelta(seconds=1), min_age=timedelta(seconds=2))
    assert broker.taken == []
    outbox.send_pending(sessions, broker, now=now + timedelta(seconds=3), min_age=timedelta(seconds=2))
    assert len(broker.taken) == 1


def test_old_sent_messages_are_forgotten_and_waiting_ones_kept(sessions: SessionMaker, session: Session, now: datetime) -> None:
    _write(session, 4, now)
    outbox.send_pending(sessions, Broker(room=3), now=now)

    outbox.forget_sent(session, before=now + timedelta(days=1))
    session.commit()

    assert [row.arguments["number"] for row in session.scalars(select(OutboxMessage))] == [3]


def test_a_broker_that_is_not_there_is_unavailable_at_once(tmp_path: Path) -> None:
    settings = Settings(broker_url=f"redis+socket://{tmp_path / 'nothing.sock'}", secret_key=SecretStr("x"))
    sender = Sender(settings)
    started = datetime.now().astimezone()

    with pytest.raises(Unavailable):
        sender.send("classroom.example", "portal", {})
    with pytest.raises(Unavailable):
        sender.queue_length("grading")

    assert datetime.now().astimezone() - started < timedelta(seconds=4)
    sender.close()
