"""Sends messages to the workers' broker. The one place of the portal that produces them."""

from typing import Any, Protocol

from celery import Celery
from kombu.exceptions import OperationalError

from classroom.config import Settings
from classroom.errors import Unavailable

PORTAL_QUEUE = "portal"
"""Short messages for the portal worker, which has the database: what graders report, and the clock."""
OPERATIONS_QUEUE = "operations"
"""Long work for the operations worker, apart from the short messages: a grader's sign of life must not wait for a delivery."""
SERVERS_QUEUE = "servers"
"""Messages that somebody waits for a server. Each asks the hub, which may take its time: nothing else should wait for that."""
GRADING_QUEUE = "grading"
"""Messages for the grading workers, which have neither database nor secrets."""
CHECKS_QUEUE = "checks"
"""For the same workers, which take these first: a student waits for the answer."""

_RETRY = {"max_retries": 1, "interval_start": 0.1, "interval_step": 0.1, "interval_max": 0.2}


class MessageSender(Protocol):
    """Whatever takes a message for a worker."""

    def send(self, task: str, queue: str, arguments: dict[str, Any]) -> None:
        """Hand the message over. Raises Unavailable."""


class Broker(MessageSender, Protocol):
    """A sender that can tell what waits."""

    def queue_length(self, queue: str) -> int:
        """Messages that wait in ``queue`` and that no worker has taken. Raises Unavailable."""


class Sender:
    """Sends to the broker of ``settings``. Thread-safe; make it after a fork."""

    def __init__(self, settings: Settings) -> None:
        self._app = Celery("homeroom-sender", broker=settings.broker, set_as_current=False)
        self._app.conf.update(task_ignore_result=True, task_serializer="json", accept_content=["json"])
        # A web request waits for this: better leave the message to the reaper than hold the page for seconds.
        self._app.conf.broker_transport_options = {**_RETRY, "socket_connect_timeout": 2, "socket_timeout": 5}

    def send(self, task: str, queue: str, arguments: dict[str, Any]) -> None:
        """Hand the message to the broker; when this returns, the broker has it. Raises Unavailable."""
        try:
            self._app.send_task(task, kwargs=arguments, queue=queue, retry=True, retry_policy=_RETRY)
        except (OperationalError, OSError) as error:
            raise Unavailable("The message broker does not answer. The work is kept and starts when it is back.") from error

    def queue_length(self, queue: str) -> int:
        """Messages that wait in ``queue`` and that no worker has taken. Raises Unavailable."""
        try:
            with self._app.connection_for_write() as connection:
                channel = connection.default_channel
                return int(channel.queue_declare(queue=queue, durable=True, auto_delete=False).message_count)
        except (OperationalError, OSError) as error:
            raise Unavailable("The message broker does not answer.") from error

    def close(self) -> None:
        """Give the connections back."""
        self._app.close()
