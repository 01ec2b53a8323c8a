"""What happens by the clock: lost messages and silent work are sent again, deliveries and collections begin in time."""

from datetime import timedelta

from classroom.errors import Unavailable
from classroom.messages import CHECKS_QUEUE, GRADING_QUEUE
from classroom.services import (
    announcements,
    deliveries,
    digests,
    due_collections,
    grading,
    guest_checks,
    lost_checks,
    notifications,
    operations,
    outbox,
    provisioning,
    sweeping,
    work_checks,
)
from classroom.tasks.base import Tools

SETTLED = timedelta(seconds=2)
"""A message older than this was left behind by the process that wrote it."""
KEPT = timedelta(days=1)
"""Sent messages are kept so long, for whoever looks into a fault."""
CHECKS_KEPT = timedelta(days=30)
"""So long a student can look at a check again."""


def reap(tools: Tools) -> None:
    """Send again what got lost: unsent messages, operations and grade jobs that fell silent."""
    context, now = tools.context, tools.context.now()
    outbox.send_pending(context.sessions, tools.sender, now=now, min_age=SETTLED)
    queue_is_empty = _is_empty(tools, GRADING_QUEUE)
    no_check_waits = _is_empty(tools, CHECKS_QUEUE)
    with context.sessions.begin() as session:
        again = operations.run_again(session, now=now)
        again += grading.requeue_stale(session, settings=context.settings, queue_is_empty=queue_is_empty, now=now)
        again += lost_checks.send_again(session, now=now) if no_check_waits else 0
        outbox.forget_sent(session, before=now - KEPT)
        work_checks.forget(session, before=now - CHECKS_KEPT)
        guest_checks.forget(session, before=now - CHECKS_KEPT)
    if again:
        tools.send_pending()


def open_and_close(tools: Tools) -> None:
    """Start deliveries that are due, collections whose deadline has passed, and provisioning that still lacks people."""
    now = tools.context.now()
    with tools.context.sessions.begin() as session:
        started = provisioning.start_due(session, now=now)
        started += deliveries.start_due(session, now=now)
        started += due_collections.start_due_collections(session, now=now)
    if started:
        tools.send_pending()


def announce(tools: Tools) -> None:
    """Tell people what is new by the clock: assignments that opened, new versions, deadlines that come near."""
    with tools.context.sessions.begin() as session:
        announcements.announce_due(session, now=tools.context.now())


def send_digests(tools: Tools) -> None:
    """Mail what people were told and have not read. Long, where many are due: for the queue of operations."""
    digests.send_due(tools.context)
    with tools.context.sessions.begin() as session:
        notifications.forget_old(session, now=tools.context.now())


def sweep(tools: Tools) -> None:
    """Remove files that nothing refers to any more. Long: for the queue of operations."""
    sweeping.sweep(tools.context)


def _is_empty(tools: Tools, queue: str) -> bool:
    try:
        return tools.sender.queue_length(queue) == 0
    except Unavailable:
        return False
