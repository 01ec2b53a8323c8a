"""Works the line for servers off: asks the hub for as many as it bears, and notes how each start went.

One round takes as long as the hub takes to answer. Rounds come when somebody asks, and every two seconds; two at once do
no harm.
"""

import random
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from classroom.models import ServerStart, StartState
from classroom.services import environments, server_line
from classroom.services.operation_context import OperationContext
from classroom.services.server_line import MOST_TRIES
from classroom.services.side_by_side import side_by_side
from hub_bridge.client import HubBusy, HubClient, HubError, HubUnavailable, ServerState
from hub_bridge.environments import OPTION

AWAY_SECONDS = 5.0
LONGEST_HOLD = 60.0
JITTER = 0.2
"""Several portals must not come back to a busy hub at the same moment."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A start, free of the database."""

    id: int
    hub_name: str
    environment: str
    tries: int


@dataclass(frozen=True, slots=True)
class _News:
    """What the hub says of one start. ``seconds``: it takes nobody for so long."""

    id: int
    what: Literal["starting", "ready", "failed", "held"]
    reason: str = ""
    seconds: float = 0.0
    asked_again: bool = False


def serve(context: OperationContext) -> None:
    """One round: note what has become of those that start, then start those whose turn it is."""
    offered = context.settings.offered_environments
    with context.sessions() as session:
        session.connection(execution_options={"homeroom_read_only": True})
        if server_line.is_idle(session):
            return
        on_their_way = _free(server_line.starting(session), offered)
    with context.hub() as hub:
        _note(context, side_by_side(partial(_look, hub), on_their_way))
        with context.sessions() as session:
            claimed = _free(server_line.claim(session, at_once=context.settings.spawn_limit, now=context.now()), offered)
            session.commit()
        _note(context, side_by_side(partial(_start, hub), claimed))


def _free(starts: Iterable[ServerStart], offered: Collection[str]) -> list[_Wanted]:
    return [_Wanted(start.id, start.hub_name, environments.in_force(start.environment, offered), start.tries) for start in starts]


def _look(hub: HubClient, wanted: _Wanted) -> _News:
    """How a start goes on. One that the hub has forgotten, because it was restarted, is asked for again."""
    try:
        state = hub.server_state(wanted.hub_name)
    except HubUnavailable:
        return _News(wanted.id, "starting")
    except HubError as error:
        return _News(wanted.id, "failed", str(error))
    if state.status != "stopped" or state.failed:
        return _reading(wanted, state)
    if wanted.tries >= MOST_TRIES:
        return _News(wanted.id, "failed", "The hub was asked several times and did not start the server.")
    return _start(hub, wanted, asked_again=True)


def _start(hub: HubClient, wanted: _Wanted, *, asked_again: bool = False) -> _News:
    try:
        # Always said, also the usual one: without options the hub takes those of the start before.
        state = hub.start_server(wanted.hub_name, {OPTION: wanted.environment})
        return _reading(wanted, state, asked_again=asked_again)
    except HubBusy as busy:
        return _News(wanted.id, "held", str(busy), min(busy.retry_after, LONGEST_HOLD))
    except HubUnavailable as away:
        return _News(wanted.id, "held", str(away), AWAY_SECONDS)
    except HubError as error:
        return _News(wanted.id, "failed", str(error))


def _reading(wanted: _Wanted, state: ServerState, *, asked_again: bool = False) -> _News:
    if state.status == "ready":
        return _News(wanted.id, "ready")
    if state.failed:
        return _News(wanted.id, "failed", state.message)
    return _News(wanted.id, "starting", asked_again=asked_again)


def _note(context: OperationContext, news: list[_News]) -> None:
    changed = [one for one in news if one.what != "starting" or one.asked_again]
    if not changed:
        return
    now = context.now()
    with context.sessions() as session:
        for one in changed:
            start = session.get(ServerStart, one.id)
            if start is None or start.state is not StartState.starting:
                continue  # another round was here meanwhile, or the seat was closed
            match one.what:
                case "ready":
                    server_line.ready(start, now=now)
                case "failed":
                    server_line.failed(start, reason=one.reason, now=now)
                case "held":
                    seconds = one.seconds * random.uniform(1, 1 + JITTER)  # noqa: S311 - no secret
                    server_line.hold(start, seconds=seconds, reason=one.reason, now=now)
                case "starting":
                    start.tries += 1
        session.commit()
