"""Checks whose message got lost on the way to a worker are sent once more.

A worker that dies gives its message back to the broker, so only what no worker has taken can be lost for good.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom.messages import CHECKS_QUEUE
from classroom.models import CheckState, OutboxMessage, WorkCheck
from classroom.services import outbox
from classroom.services.work_checks import CHECK_TASK, PATIENCE

SILENCE = timedelta(minutes=1)
"""A check that no worker has begun so long after it was asked for, while none waits in the queue, has lost its message."""


def send_again(session: Session, *, now: datetime) -> int:
    """Send the message of each lost check once more, and return how many. To be called while the queue of checks is empty.

    After work_checks.PATIENCE people ask anew themselves. The message is the one in the outbox: a check does not keep its files.
    """
    waiting = select(WorkCheck.id).where(
        WorkCheck.state == CheckState.queued, WorkCheck.asked_at < now - SILENCE, WorkCheck.asked_at > now - PATIENCE
    )
    lost = set(session.scalars(waiting))
    if not lost:
        return 0
    sent = select(OutboxMessage).where(OutboxMessage.task == CHECK_TASK, OutboxMessage.created_at > now - PATIENCE - SILENCE)
    messages: dict[int, list[OutboxMessage]] = {}
    for message in session.scalars(sent):
        messages.setdefault(message.arguments["check_id"], []).append(message)
    again = [messages[id_][0] for id_ in sorted(lost & messages.keys()) if _is_sent_once(messages[id_])]
    for message in again:
        outbox.enqueue(session, task=CHECK_TASK, queue=CHECKS_QUEUE, arguments=message.arguments, now=now)
    return len(again)


def _is_sent_once(messages: list[OutboxMessage]) -> bool:
    return len(messages) == 1 and messages[0].sent_at is not None
