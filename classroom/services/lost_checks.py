"""Checks whose message got lost on the way to a worker are sent once more.

A worker that dies gives its message back to the broker, so only what no worker has taken can be lost for good.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom.messages import CHECKS_QUEUE
from classroom.models import CheckState, GuestCheck, OutboxMessage, WorkCheck
from classroom.services import outbox
from classroom.services.work_checks import CHECK_TASK, PATIENCE

SILENCE = timedelta(minutes=1)
"""A check that no worker has begun so long after it was asked for, while none waits in the queue, has lost its message."""
_STUDENTS = "student"
_KINDS: dict[str, type[WorkCheck | GuestCheck]] = {_STUDENTS: WorkCheck, "guest": GuestCheck}
"""By ``whose`` of the message: students' and guests' checks are numbered apart."""


def send_again(session: Session, *, now: datetime) -> int:
    """Send the message of each lost check once more, and return how many. To be called while the queue of checks is empty.

    After work_checks.PATIENCE people ask anew themselves. The message is the one in the outbox: a check does not keep its files.
    """
    lost = {(whose, id_) for whose, checks in _KINDS.items() for id_ in _silent(session, checks, now)}
    if not lost:
        return 0
    sent = select(OutboxMessage).where(OutboxMessage.task == CHECK_TASK, OutboxMessage.created_at > now - PATIENCE - SILENCE)
    messages: dict[tuple[str, int], list[OutboxMessage]] = {}
    for message in session.scalars(sent):
        name = (message.arguments.get("whose", _STUDENTS), message.arguments["check_id"])
        messages.setdefault(name, []).append(message)
    again = [messages[name][0] for name in sorted(lost & messages.keys()) if _is_sent_once(messages[name])]
    for message in again:
        outbox.enqueue(session, task=CHECK_TASK, queue=CHECKS_QUEUE, arguments=message.arguments, now=now)
    return len(again)


def _silent(session: Session, checks: type[WorkCheck | GuestCheck], now: datetime) -> Sequence[int]:
    waiting = select(checks.id).where(
        checks.state == CheckState.queued, checks.asked_at < now - SILENCE, checks.asked_at > now - PATIENCE
    )
    return session.scalars(waiting).all()


def _is_sent_once(messages: list[OutboxMessage]) -> bool:
    return len(messages) == 1 and messages[0].sent_at is not None
