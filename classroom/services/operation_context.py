"""What an operation of the portal worker works with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from classroom.config import Settings
from classroom.db import SessionMaker
from grader.files import FileStore
from hub_bridge.client import HubClient
from hub_bridge.homes import Homes


@dataclass(frozen=True, slots=True)
class OperationContext:
    """The outside world as ``run_<kind>(context, operation_id) -> None`` gets it.

    Such a function serves many people in batches, opens its own sessions from ``sessions`` and commits after each batch: it is
    the one exception to "services never commit", because where a batch ends is its own business. It begins with
    ``operations.claim``, reports with ``operations.advance`` and ends with ``operations.finish``; it raises errors.Unavailable
    when it should be run again later, and may be run again at any time.
    """

    sessions: SessionMaker
    settings: Settings
    hub: Callable[[], HubClient]
    """Opens a client of the hub's API; close it (``with context.hub() as hub``)."""
    homes: Homes
    files: FileStore
    now: Callable[[], datetime]
