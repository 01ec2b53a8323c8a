"""What every task of the portal worker has: its context, a log line with ids and seconds, and patience."""

import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from celery import Task
from sqlalchemy.exc import OperationalError

from classroom.config import Settings
from classroom.db import make_sessions
from classroom.errors import Unavailable
from classroom.messages import Broker, Sender
from classroom.services import outbox
from classroom.services.operation_context import OperationContext
from grader.files import FileStore
from hub_bridge.client import HubClient
from hub_bridge.homes import Homes

log = logging.getLogger("classroom.tasks")


@dataclass(frozen=True, slots=True)
class Tools:
    """The outside world of a task."""

    context: OperationContext
    sender: Broker

    def send_pending(self) -> None:
        """Let the messages go that the task has committed."""
        outbox.send_pending(self.context.sessions, self.sender, now=self.context.now())


@cache
def tools() -> Tools:
    """This process's tools, made at its first task: connections must not be inherited through a fork."""
    settings = Settings()
    return Tools(
        context=OperationContext(
            sessions=make_sessions(settings.database),
            settings=settings,
            hub=lambda: HubClient(settings.hub_api_url, settings.hub_token.get_secret_value(), batch=settings.hub_batch),
            homes=Homes(settings.homes),
            files=FileStore(settings.files),
            now=lambda: datetime.now(UTC),
        ),
        sender=Sender(settings),
    )


class PortalTask(Task):  # type: ignore[misc] # celery has no types
    """Base of all tasks. The message is acknowledged after the work, so a killed worker's message comes again.

    A database or broker that is away is worth waiting for. What fails for good is in the log; the reaper finds what it left.
    """

    autoretry_for = (Unavailable, OperationalError)
    max_retries = 5
    retry_backoff = 2
    retry_backoff_max = 60
    quiet = False
    """Only failures are logged: tasks that run every few seconds."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the task and log how it went."""
        started = time.monotonic()
        ids = " ".join(f"{name}={value}" for name, value in kwargs.items() if name.endswith("_id"))
        try:
            answer = super().__call__(*args, **kwargs)
        except Exception as error:
            log.warning("task=%s %s failed=%s seconds=%.2f", self.name, ids, type(error).__name__, time.monotonic() - started)
            raise
        log.log(
            logging.DEBUG if self.quiet else logging.INFO, "task=%s %s seconds=%.2f", self.name, ids, time.monotonic() - started
        )
        return answer
