"""Students' servers: the line for them is worked off, and before a class its students are put into it."""

import logging

from classroom.services import server_starts, timetable
from classroom.tasks.base import Tools
from hub_bridge.client import HubError

log = logging.getLogger(__name__)


def serve_line(tools: Tools) -> None:
    """One round."""
    server_starts.serve(tools.context)


def warm_up(tools: Tools) -> None:
    """Ask for the servers of the classes that begin soon. A hub that is away is asked at the next tick."""
    context, now = tools.context, tools.context.now()
    with context.sessions() as session:
        session.connection(execution_options={"homeroom_read_only": True})
        if not timetable.due(session, settings=context.settings, now=now):
            return
    try:
        with context.hub() as hub:
            running = hub.running_servers()
    except HubError as error:
        log.warning("no server is started ahead: %s", error)
        return
    with context.sessions.begin() as session:
        for one in timetable.due(session, settings=context.settings, now=now):
            count = timetable.warm(session, class_time=one, running=running, settings=context.settings, now=now)
            log.info("class_time_id=%d servers=%d", one.id, count)
    tools.send_pending()
